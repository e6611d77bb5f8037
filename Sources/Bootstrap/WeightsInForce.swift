import Configuration
import JSON
import SearchService
import Telemetry

extension RankingWeightsFile {
  /// The weights in the file that the settings name, otherwise the built-in ones. Throws an error with the file's name
  /// and its fault.
  init(_ settings: Settings.Search) throws(InvalidConfiguration) {
    guard let path = settings.weightsFile else {
      self = .standard
      return
    }
    do {
      try self.init(parsing: try ProjectFolder.read(path))
    } catch {
      throw InvalidConfiguration([
        ConfigError(
          subject: "search.weights", reason: "the file '\(path)' cannot be used: \(error)",
          remedy: "give a file that 'vitrine tune --out FILE' wrote, or leave the setting out")
      ])
    }
  }

  /// Reports the weights in force: one series of value 1, whose labels identify them.
  func register(in metrics: MetricsRegistry) {
    metrics.gauge(
      "vitrine_ranking_weights_info", help: "The ranking's weights in force, by fingerprint and name.",
      labels: [("fingerprint", fingerprint), ("name", provenance["name"]?.string ?? "")]
    ).set(1)
  }
}
