// What is looked at: one place in the patient, and how everything is shown. Every view derives from
// it, and draws once a frame however often it changes.
export class State {
  constructor(values) {
    this.values = { ...values };
    this.listeners = [];
    this.asked = false;
    this.late = 0;
  }

  get(name) {
    return this.values[name];
  }

  set(changes) {
    Object.assign(this.values, changes);
    this.redraw();
  }

  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      for (const listener of this.listeners) listener(this.values);
    });
  }

  // The same state for what may be thrown away: `drop` ends its listening.
  branch() {
    const mine = [];
    const branch = Object.create(this);
    branch.set = (changes) => this.set(changes);
    branch.redraw = () => this.redraw();
    branch.listen = (listener) => {
      mine.push(listener);
      this.listen(listener);
    };
    branch.drop = () => {
      this.listeners = this.listeners.filter((listener) => !mine.includes(listener));
    };
    return branch;
  }

  listen(listener) {
    this.listeners.push(listener);
    this.redraw();
  }
}
