internal import JSON

/// Reads the members of one object of a request's body; errors are Elasticsearch's.
typealias BodyReader = ObjectReader<SearchEngineError>

extension ObjectReader<SearchEngineError> {
  init(_ value: JSONValue, _ context: String) throws(SearchEngineError) {
    try self.init(value, context, failure: SearchEngineError.unparsable)
  }

  /// The boost that every query may have.
  mutating func boost() throws(SearchEngineError) -> Double {
    let boost = try double("boost") ?? 1
    guard boost >= 0 else { throw .refusedArgument("\(context): negative [boost] is not allowed, but it is \(boost)") }
    return boost
  }
}

extension SearchEngineError {
  /// The error for a body that cannot be read, in Elasticsearch's words.
  static func unparsable(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "parsing_exception", reason: reason, index: nil)
  }

  static func refusedArgument(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "illegal_argument_exception", reason: reason, index: nil)
  }
}
