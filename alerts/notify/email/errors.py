"""What a mail server's answer means to the sender.

RFC 5321 (4.2.2, 4.2.3), RFC 4954 (authentication), RFC 7504 (521): 4xx is worth another try, 5xx is
not.
"""

import smtplib
import ssl

from alerts.notify.protocol import NotifyError

HINTS = {
    421: "the server is closing the connection",
    432: "the account needs another way to log in",
    450: "the mailbox is busy",
    451: "the server had an error",
    452: "the server has too little room",
    454: "the server cannot check the password now",
    455: "the server cannot take the sender now",
    500: "the server did not understand",
    501: "the server did not understand an address",
    502: "the server does not know the command",
    503: "the server expected another command",
    504: "the server does not know the parameter",
    521: "the server takes no mail",
    530: "the server asks for a login: set username and password_env",
    534: "the account needs another way to log in: an app password, or one of the mail client's",
    535: "the server did not take user name or password",
    538: "the server asks for an encrypted login",
    550: "the server refused the mailbox, or does not let the sender send",
    551: "the mailbox is elsewhere",
    552: "the mailbox is full, or the message is too large",
    553: "the server did not take an address: sender must be the account's own",
    554: "the server refused the message",
    555: "the server does not know a parameter of the address",
    556: "the domain takes no mail",
}


def failure_of(error: Exception) -> NotifyError:
    """Return what `error` means. The text holds the server's code, never its words or an address.

    A connection that broke is worth another try, a certificate that does not hold is not.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "the mail server's certificate does not hold: ca_certs names its authority"
        return NotifyError(hint, retry=False)
    # smtplib has no class of its own for a server that offers no known way to log in.
    if isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException:
        hint = "the mail server does not offer what is needed: STARTTLS, or a login"
        return NotifyError(hint, retry=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # One that may be taken later is worth another try; the others get no double of it.
        codes = [code for code, _ in error.recipients.values()]
        return _refusal(min(codes, default=0))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code)
    if isinstance(error, TimeoutError):
        return NotifyError("the mail server did not answer in time", retry=True)
    return NotifyError(f"no answer from the mail server ({type(error).__name__})", retry=True)


def _refusal(code: int) -> NotifyError:
    hint = f" ({HINTS[code]})" if code in HINTS else ""
    return NotifyError(f"the mail server answered {code}{hint}", retry=not 500 <= code < 600)
