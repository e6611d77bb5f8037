public import JSON

/// The analyzers and normalizers that an index's settings define, and the built-in ones.
public final class AnalysisRegistry: Sendable {
  private let analyzers: [String: Analyzer]
  private let normalizers: [String: Normalizer]

  /// Reads `settings.analysis` or `settings.index.analysis`, nested or with dotted names.
  /// Throws `AnalysisError` if a component is unknown or has a wrong parameter.
  public init(settings: JSONValue = [:]) throws {
    let components = try AnalysisComponents(AnalysisSettings(settings))
    analyzers = try components.analyzers()
    normalizers = try components.normalizers()
  }

  /// The analyzer with that name; if there is none, throws the error that Elasticsearch gives for a mapping.
  public func analyzer(named name: String) throws(AnalysisError) -> Analyzer {
    guard let analyzer = analyzers[name] else {
      throw AnalysisError("analyzer [\(name)] has not been configured in mappings", type: "mapper_parsing_exception")
    }
    return analyzer
  }

  /// The normalizer with that name; throws if there is none.
  public func normalizer(named name: String) throws(AnalysisError) -> Normalizer {
    guard let normalizer = normalizers[name] else {
      throw AnalysisError("normalizer [\(name)] not found", type: "mapper_parsing_exception")
    }
    return normalizer
  }
}
