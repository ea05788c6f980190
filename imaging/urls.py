"""The addresses of imaging's pages."""

from __future__ import annotations

from django.urls import path

from imaging.views import (
    bench,
    board,
    comparing,
    held,
    key_images,
    measurement,
    peers,
    pictures,
    quality,
    reads,
    sending,
    series,
    suggestion,
    upload,
)

app_name = "imaging"
urlpatterns = [
    path("scans/", board.board, name="board"),
    path("scans/upload/", upload.upload, name="upload"),
    path("scans/of/<str:number>/", board.participant_scans, name="participant_scans"),
    path("scans/expected/<int:pk>/", board.not_done, name="scan_not_done"),
    path("scans/intakes/", upload.open_arrival, name="open"),
    path("scans/intakes/<uuid:pk>/", upload.arrival, name="arrival"),
    path("scans/intakes/<uuid:pk>/pieces/<uuid:key>/", upload.piece, name="piece"),
    path("scans/intakes/<uuid:pk>/close/", upload.close_arrival, name="close"),
    path("scans/intakes/<uuid:pk>/retry/", upload.retry_arrival, name="retry_arrival"),
    path("scans/held/", held.held_list, name="held_list"),
    path("scans/held/<int:pk>/", held.held, name="held"),
    path("scans/held/<int:pk>/match/", held.match, name="match_held"),
    path("scans/held/<int:pk>/refuse/", held.refuse, name="refuse_held"),
    path("nodes/", peers.peers, name="peers"),
    path("nodes/new/", peers.add, name="add_peer"),
    path("nodes/<int:pk>/", peers.peer, name="peer"),
    path("nodes/<int:pk>/destination/", peers.destination, name="destination"),
    path("nodes/<int:pk>/call/", peers.call, name="call_peer"),
    path("series/<int:pk>/", series.series, name="series"),
    path("series/<int:pk>/sending/", sending.sending, name="sending"),
    path("sendings/<int:pk>/again/", sending.again, name="send_again"),
    path("series/<int:pk>/quality/", quality.check, name="check_quality"),
    path("series/<int:pk>/measure/", measurement.ask, name="measure"),
    path("series/<int:pk>/bench/", bench.bench, name="bench"),
    path("series/<int:pk>/parts/<str:name>", bench.series_part, name="series_part"),
    path("series/<int:pk>/suggest/", suggestion.ask, name="suggest"),
    path("series/<int:pk>/suggestion/", suggestion.suggestion, name="suggestion"),
    path(
        "series/<int:pk>/slices/<str:axis>/<int:number>.png", pictures.slice_picture, name="slice"
    ),
    path("measurements/<int:pk>/", measurement.measurement, name="measurement"),
    path("measurements/<int:pk>/compare/<int:other>/", comparing.compare, name="compare"),
    path(
        "measurements/<int:pk>/compare/<int:other>/<str:side>.svg",
        comparing.profiles,
        name="compared_profiles",
    ),
    path("measurements/<int:pk>/objects.zip", measurement.objects, name="objects"),
    path("measurements/<int:pk>/retry/", measurement.retry, name="retry_measurement"),
    path("measurements/<int:pk>/profile.svg", pictures.profile, name="profile"),
    path(
        "measurements/<int:pk>/pictures/<str:side>/<str:name>",
        pictures.measured_picture,
        name="measured_picture",
    ),
    path("measurements/<int:pk>/viewer/", measurement.viewer, name="viewer"),
    path(
        "measurements/<int:pk>/parts/<str:side>/<str:name>",
        pictures.measured_part,
        name="measured_part",
    ),
    path("reads/", reads.cases, name="cases"),
    path("reads/<str:reading_id>/", reads.case, name="case"),
    path("reads/<str:reading_id>/pictures/<str:name>", pictures.read_picture, name="read_picture"),
    path("reads/<str:reading_id>/keys/", key_images.keep, name="keep_key_image"),
    path("reads/<str:reading_id>/keys/<int:number>.png", key_images.picture, name="key_picture"),
    path(
        "reads/<str:reading_id>/keys/<int:number>/remove/",
        key_images.remove,
        name="remove_key_image",
    ),
    path("reads/<str:reading_id>/parts/<str:name>", pictures.read_part, name="read_part"),
]
