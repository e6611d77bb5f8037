public import Ports

/// A report in sentences, each made of figures and with how sure it is.
public struct ShopReport: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    case performance, customers, inventory, roi, growth

    public var title: String {
      switch self {
      case .performance: "Performance"
      case .customers: "Customer insights"
      case .inventory: "Inventory optimisation"
      case .roi: "Return on investment"
      case .growth: "Growth strategy"
      }
    }
  }

  /// The ground that a sentence stands on.
  public enum Certainty: String, Sendable, CaseIterable {
    /// Sums of what happened.
    case counted
    /// A model's figure that a backtest judged.
    case forecast
    /// It depends on an assumption, which the sentence names.
    case assumed
  }

  public struct Sentence: Sendable, Hashable {
    public let text: String
    public let certainty: Certainty
  }

  /// Rows of the same length as the heading; numbers stand right but for the first column.
  public struct Table: Sendable, Hashable {
    public let heading: [String]
    public let rows: [[String]]
  }

  public struct Section: Sendable, Hashable {
    public let title: String
    public var sentences: [Sentence]
    public var table: Table?
  }

  public let kind: Kind
  public let period: ReportPeriod
  public let sections: [Section]
}
