// Intensities on a grid with its place in space, and planes cut out of it by vtk.js on the
// processor: the same numbers on every machine, with or without a graphics card.
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray.js";
import vtkImageData from "@kitware/vtk.js/Common/DataModel/ImageData.js";
import macro from "@kitware/vtk.js/macros.js";
import vtkImageReslice from "@kitware/vtk.js/Imaging/Core/ImageReslice.js";
import { apply, applyDirection, inverse, length, times } from "./vector.js";

// vtk.js warns of a field that its own image data sets, at every plane: that is no news.
const KNOWN = "Set value to model directly dataDescription";
macro.setLoggerFunction("warn", (...said) => {
  if (!said.join(" ").includes(KNOWN)) console.warn(...said);
});

const LINEAR = 1;
export const SLABS = { minimum: 0, maximum: 1, mean: 2 };

export class Volume {
  // part: of `unpack`; matrix maps (i, j, k, 1) at voxel centres to mm.
  constructor({ size, matrix, arrays, slope = 1, intercept = 0, ...rest }) {
    Object.assign(this, { size, matrix, slope, intercept }, rest);
    this.toIndex = inverse(matrix);
    this.voxel = [0, 1, 2].map((axis) => length(matrix.slice(0, 3).map((row) => row[axis])));
    // The image lies at its own indices: our matrix is the only geometry there is.
    this.image = vtkImageData.newInstance();
    this.image.setDimensions(size);
    const scalars = { name: "values", values: arrays[0], numberOfComponents: 1 };
    this.image.getPointData().setScalars(vtkDataArray.newInstance(scalars));
    this.reslice = vtkImageReslice.newInstance();
    this.reslice.setInputData(this.image);
    this.reslice.setOutputDimensionality(2);
    this.reslice.setInterpolationMode(LINEAR);
    this.reslice.setOutputSpacing([1, 1, 1]);
    this.reslice.setOutputOrigin([0, 0, 0]);
  }

  get centre() {
    return apply(this.matrix, this.size.map((count) => (count - 1) / 2));
  }

  get corners() {
    const ends = this.size.map((count) => [-0.5, count - 0.5]);
    return [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
      apply(this.matrix, [ends[0][n & 1], ends[1][(n >> 1) & 1], ends[2][(n >> 2) & 1]]),
    );
  }

  // corner: of pixel (0, 0), mm; right, down: unit vectors; pixel: mm. slab: mm thick.
  cut({ corner, right, down, normal, pixel, width, height, slab = 0, mode = "mean" }) {
    const step = Math.min(...this.voxel);
    const count = slab > step ? Math.round(slab / step) + 1 : 1;
    const columns = [
      ...applyDirection(this.toIndex, times(right, pixel)), 0,
      ...applyDirection(this.toIndex, times(down, pixel)), 0,
      ...applyDirection(this.toIndex, times(normal, count > 1 ? slab / (count - 1) : step)), 0,
      ...apply(this.toIndex, corner), 1,
    ];
    this.reslice.setSlabMode(SLABS[mode]);
    this.reslice.setSlabNumberOfSlices(count);
    this.reslice.setOutputExtent([0, width - 1, 0, height - 1, 0, 0]);
    this.reslice.setResliceAxes(columns);
    return this.reslice.getOutputData().getPointData().getScalars().getData();
  }

  // The nearest place that has a value.
  inside(point) {
    const index = apply(this.toIndex, point);
    const held = index.map((value, axis) => Math.min(Math.max(value, 0), this.size[axis] - 1));
    return apply(this.matrix, held);
  }
}
