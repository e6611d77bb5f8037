public import Ports
public import Signing

/// Ties a page's form to the visitor whom it was shown to, so that no page of another site can send it in the visitor's
/// name.
public struct FormTokens: Sendable {
  private let signer: TokenSigner
  private let purpose: String

  /// `form` names what the form does: a token of one form is none of another.
  public init(signer: TokenSigner, form: String) {
    self.signer = signer
    purpose = "form \(form)"
  }

  /// The value of a hidden field.
  public func token(for visitor: VisitorID) -> String { signer.sign(Array(visitor.text.utf8), purpose: purpose) }

  /// Whether the token was made for this visitor.
  public func isValid(_ token: String, of visitor: VisitorID) -> Bool {
    signer.verify(token, purpose: purpose) == Array(visitor.text.utf8)
  }
}
