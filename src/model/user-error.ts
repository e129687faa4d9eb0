/** The person can fix it: exit code 2, one line, and what to do next. Anything else that is thrown is our bug. */
export class UserError extends Error {
  readonly nextStep: string;

  constructor(message: string, nextStep: string) {
    super(message);
    this.name = 'UserError';
    this.nextStep = nextStep;
  }
}
