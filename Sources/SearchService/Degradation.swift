import Ports
import SearchDSL
import Threading

/// A part that an answer had to do without, and why.
public struct Degradation: Sendable, Hashable {
  /// The missing part, under the name that answers give it.
  public enum Part: String, Sendable, CaseIterable {
    /// The product as the database has it; the index's copy stands in.
    case catalog
    case facets
    /// The order by the chosen variants' prices; the order by the products' lowest prices stands in.
    case order
    /// Today's prices, which are not read yet or older than they may be; the indexed ones stand in.
    case prices
    /// The model's order; the engine's stands in.
    case ranking
    /// Further ways to read a query of which no product has every word.
    case relaxation
  }

  public enum Reason: String, Sendable, CaseIterable {
    /// The time that an answer may take was over.
    case late
    /// A server did not answer, or is known to be down.
    case unavailable
    /// A server refused the request, or its answer cannot be read.
    case refused
  }

  public var part: Part
  public var reason: Reason

  public init(_ part: Part, _ reason: Reason) {
    self.part = part
    self.reason = reason
  }

  init(_ part: Part, after error: any Error) {
    self.init(part, Reason(error))
  }
}

extension Degradation.Reason {
  init(_ error: any Error) {
    switch error {
    case SearchEngineError.deadlineExceeded: self = .late
    case is DependencyUnavailable, is CircuitBreaker.Open, SearchEngineError.unavailable: self = .unavailable
    default: self = .refused
    }
  }
}
