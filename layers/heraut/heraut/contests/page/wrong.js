// What is wrong with a file or a field: `code` names the sentence (the same as the `heraut` command's), `fields` fill it.
export class Wrong extends Error {
  constructor(code, fields = {}) {
    super(code);
    this.code = code;
    this.fields = fields;
  }
}
