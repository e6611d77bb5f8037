/// A fault in analysis settings, worded as Elasticsearch words it, so that a client's handling of it goes on working.
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
