// What a person has done and may take back: whole states, as text, so that none changes afterwards.
const MOST = 200;

export class History {
  // read: gives the state; write: takes one back.
  constructor(read, write) {
    Object.assign(this, { read, write, past: [], future: [] });
  }

  // Before a change.
  note() {
    this.past.push(JSON.stringify(this.read()));
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
  }

  undo() {
    return this.move(this.past, this.future);
  }

  redo() {
    return this.move(this.future, this.past);
  }

  move(from, to) {
    if (!from.length) return false;
    to.push(JSON.stringify(this.read()));
    this.write(JSON.parse(from.pop()));
    return true;
  }
}
