import Catalog
import HTTPServer
import Merchandising
import Understanding

extension Problem {
  /// The problem that a refusal of the merchandising flow is to a client; nil for another error.
  init?(ruleError error: any Error) {
    switch error {
    case let fault as RuleFault:
      self.init(
        APIProblem.rulesRefused, detail: "\(fault)",
        extensions: ["kind": .string(fault.kind.rawValue), "line": .integer(fault.line)])
    case let refusal as Merchandising.Refusal:
      let code: APIProblem =
        switch refusal.kind {
        case .invalid: .rulesRefused
        case .conflict: .rulesConflict
        case .heldBack: .draftHeldBack
        case .forbidden: .roleRequired
        case .missing: .draftNotFound
        }
      self.init(code, detail: "\(refusal)")
    default: return nil
    }
  }
}
