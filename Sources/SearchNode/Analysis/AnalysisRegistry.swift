public import JSON

/// The analyzers and normalizers that an index's settings define, and those that every index has.
public final class AnalysisRegistry: Sendable {
  private let analyzers: [String: Analyzer]
  private let normalizers: [String: Normalizer]

  /// Reads `settings.analysis` or `settings.index.analysis`, nested or with dotted names.
  /// Throws `AnalysisError` where a component is unknown or has a wrong parameter.
  public init(settings: JSONValue = [:]) throws {
    let components = try AnalysisComponents(AnalysisSettings(settings))
    analyzers = try components.analyzers()
    normalizers = try components.normalizers()
  }

  /// The analyzer of that name; throws as Elasticsearch does when a mapping names one that is not there.
  public func analyzer(named name: String) throws(AnalysisError) -> Analyzer {
    guard let analyzer = analyzers[name] else {
      throw AnalysisError("analyzer [\(name)] has not been configured in mappings", type: "mapper_parsing_exception")
    }
    return analyzer
  }

  /// The normalizer of that name; throws when it is not there.
  public func normalizer(named name: String) throws(AnalysisError) -> Normalizer {
    guard let normalizer = normalizers[name] else {
      throw AnalysisError("normalizer [\(name)] not found", type: "mapper_parsing_exception")
    }
    return normalizer
  }
}
