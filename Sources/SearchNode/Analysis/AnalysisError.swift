/// A fault in analysis settings, in Elasticsearch's words, so that clients that parse its errors keep working.
public struct AnalysisError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Elasticsearch's name for the kind of error.
  public let type: String
  public let reason: String

  init(_ reason: String, type: String = "illegal_argument_exception") {
    self.type = type
    self.reason = reason
  }

  public var description: String { reason }
}
