import HTTPServer
import PriceDesk
import Pricing

extension Problem {
  /// The problem that a refusal of the price desk is to a client; nil for another error.
  init?(priceError error: any Error) {
    switch error {
    case let fault as PriceFileError: self.init(APIProblem.pricesRefused, detail: "\(fault)")
    case let refusal as PriceDesk.Refusal:
      let code: APIProblem =
        switch refusal.kind {
        case .invalid: .pricesRefused
        case .conflict: .pricesConflict
        case .missing: .proposalNotFound
        }
      self.init(code, detail: "\(refusal)")
    default: return nil
    }
  }
}
