import Configuration
import JSON
import SearchService
import Telemetry

extension RankingWeightsFile {
  /// The weights that the settings name, else the built-in ones. Throws what is wrong with the file, by its name.
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

  /// Says which weights are in force: one series of value 1, whose labels are what to tell them by.
  func register(in metrics: MetricsRegistry) {
    metrics.gauge(
      "vitrine_ranking_weights_info", help: "The ranking's weights in force, by fingerprint and name.",
      labels: [("fingerprint", fingerprint), ("name", provenance["name"]?.string ?? "")]
    ).set(1)
  }
}
