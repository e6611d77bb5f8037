import HTTPServer
import Replenishment

extension Problem {
  /// The problem that a refusal of the replenishment flow is to a client; nil for another error.
  init?(replenishmentError error: any Error) {
    guard let refusal = error as? Replenishment.Refusal else { return nil }
    let code: APIProblem =
      switch refusal.kind {
      case .invalid: .orderRefused
      case .conflict: .orderConflict
      case .missing: .planNotFound
      }
    self.init(code, detail: "\(refusal)")
  }
}
