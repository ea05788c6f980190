"""Two sites and whoever is needed at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studysite.core.models import Membership, Site, User
from studysite.core.roles import Role

Cast = Callable[..., User]


@pytest.fixture
def here(db: None) -> Site:
    return Site.objects.create(code="HERE", name="Here")


@pytest.fixture
def there(db: None) -> Site:
    return Site.objects.create(code="THERE", name="There")


@pytest.fixture
def person(here: Site) -> Cast:
    """A person with these roles at a site, `here` unless another is named."""

    def make(*roles: Role, at: Site = here, name: str = "") -> User:
        username = name or "_".join(roles) or "nobody"
        user = User.objects.create_user(username, printed_name=username.title())
        for role in roles:
            Membership.objects.create(user=user, site=at, role=role)
        return user

    return make
