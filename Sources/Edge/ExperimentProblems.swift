import ExperimentDesk
import Experiments
import HTTPServer

extension Problem {
  /// The problem that a refusal of the experiments' desk is to a client; nil for another error.
  init?(experimentError error: any Error) {
    switch error {
    case let error as ExperimentError: self.init(APIProblem.experimentRefused, detail: "\(error)")
    case let refusal as ExperimentDesk.Refusal:
      let code: APIProblem =
        switch refusal.kind {
        case .invalid: .experimentRefused
        case .conflict: .experimentConflict
        case .missing: .experimentNotFound
        }
      self.init(code, detail: "\(refusal)")
    default: return nil
    }
  }
}
