package syncline.embedded;

/** A reason not to start that the operator can act on; its message is the one line that is shown. */
final class CannotStart extends Exception {

  private static final long serialVersionUID = 1L;

  CannotStart(String message, Throwable cause) {
    super(message, cause);
  }
}
