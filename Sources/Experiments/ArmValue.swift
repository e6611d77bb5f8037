/// The order of the first results that an arm's visitors see.
public enum RankingChoice: Sendable, Hashable {
  /// The search engine's.
  case off
  case handSet
  /// A model of the ledger, by its number.
  case model(Int64)

  /// `off`, `hand-set`, `model:12`; nil for another text.
  public init?(_ text: String) {
    switch text {
    case "off": self = .off
    case "hand-set": self = .handSet
    default:
      guard text.hasPrefix("model:"), let number = Int64(text.dropFirst("model:".count)), number > 0 else { return nil }
      self = .model(number)
    }
  }

  public var text: String {
    switch self {
    case .off: "off"
    case .handSet: "hand-set"
    case .model(let number): "model:\(number)"
    }
  }
}

/// The published values that an arm's searches go by; what is nil is what the shop has in force.
public struct ArmValue: Sendable, Hashable {
  public var ranking: RankingChoice?
  /// A version of the merchandisers' rules.
  public var rules: Int64?

  public init(ranking: RankingChoice? = nil, rules: Int64? = nil) {
    self.ranking = ranking
    self.rules = rules
  }

  /// Whether the arm uses the ranking and rules in force.
  public var isInForce: Bool { ranking == nil && rules == nil }

  /// `ranking model:12, rules 3`; `in force`.
  public var text: String {
    let parts = [ranking.map { "ranking \($0.text)" }, rules.map { "rules \($0)" }].compactMap { $0 }
    return parts.isEmpty ? "in force" : parts.joined(separator: ", ")
  }

  /// Reads what `text` writes; nil for another text.
  public init?(_ text: String) {
    self.init()
    guard text != "in force" else { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: " ")
      guard words.count == 2 else { return nil }
      switch words[0] {
      case "ranking":
        guard ranking == nil, let choice = RankingChoice(String(words[1])) else { return nil }
        ranking = choice
      case "rules":
        guard rules == nil, let number = Int64(words[1]), number > 0 else { return nil }
        rules = number
      default: return nil
      }
    }
  }
}
