// Compare: the better of two responses.

class Compare {
  rows = [];
  fields = {};

  constructor(frame) {
    this.frame = frame;
  }

  draw() {}

  command() {
    return null;
  }

  clear() {}
}
