import HTTPServer
import Reporting

extension Problem {
  /// The problem that a refusal of the reporting flow is to a client; nil for another error.
  init?(reportingError error: any Error) {
    guard let refusal = error as? Reporting.Refusal else { return nil }
    guard refusal.parameter != "code" else {
      self.init(APIProblem.metricNotFound, detail: refusal.description)
      return
    }
    self.init(
      APIProblem.invalidParameter, detail: refusal.description,
      extensions: ["parameter": .string(refusal.parameter)])
  }
}
