/** Why a command ends without doing what was asked. Its message is for the operator; no stack is shown. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** 1: it failed or found something wrong; 2: it cannot begin (a setting, a port, something missing) */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
