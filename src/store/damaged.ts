/** What is stored is not what was written: the file was cut, overwritten or made by hand. */
export class DamagedCase extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'DamagedCase';
  }
}
