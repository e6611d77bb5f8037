public import Catalog
import JSON
public import Ports
public import Pricing

/// The pricing manager's desk: proposals from the sales, approval, publishing and taking back.
///
/// It begins in recommend-only: a person publishes each price. Nothing of a shopper goes in: sales are units and amounts of
/// products by day.
public struct PriceDesk: Sendable {
  /// A change that cannot be made, with what to do instead.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable { case invalid, conflict, missing }
    public let kind: Kind
    public let description: String

    init(_ kind: Kind, _ description: String) {
      self.kind = kind
      self.description = description
    }
  }

  public static let maxListed = 500
  /// Proposals that are published or rejected at once.
  public static let maxDecisions = 500
  static let longestReason = 1_000
  /// Each attempt fails only if other rules came at that moment.
  static let switchAttempts = 5

  let store: any PriceDeskStore
  let clock: any WallClock
  public let currency: Currency

  public init(store: any PriceDeskStore, clock: any WallClock, currency: Currency) {
    self.store = store
    self.clock = clock
    self.currency = currency
  }

  func entry(_ actor: String, _ action: String, _ subject: String, _ detail: String = "") -> AuditEntry {
    AuditEntry(at: clock.now(), actor: actor, action: action, subject: subject, detail: detail)
  }

  // MARK: Reading

  public func proposals(
    _ kind: ProposalKind = .change, state: KeptProposal.State = .open, limit: Int = maxListed, offset: Int = 0
  ) async throws -> [KeptProposal] {
    try await store.proposals(kind, state: state, limit: min(max(limit, 0), Self.maxListed), offset: max(offset, 0))
  }

  /// The number of open proposals of each kind.
  public func counts() async throws -> [ProposalKind: Int] { try await store.counts() }

  public func proposal(_ id: Int64) async throws -> KeptProposal {
    guard let proposal = try await store.proposal(id) else { throw Refusal(.missing, "there is no proposal \(id)") }
    return proposal
  }

  /// Newest first.
  public func publications(limit: Int = maxListed) async throws -> [PricePublication] {
    try await store.publications(limit: min(max(limit, 0), Self.maxListed))
  }

  // MARK: Deciding

  /// Publishes the proposals' prices, all or none; returns the publication's number.
  public func publish(_ ids: [Int64], reason: String, by actor: String) async throws -> Int64 {
    guard !ids.isEmpty else { throw Refusal(.invalid, "choose at least one proposal") }
    guard ids.count <= Self.maxDecisions else {
      throw Refusal(.invalid, "choose at most \(Self.maxDecisions) proposals at once")
    }
    var decisions: [PriceDecision] = []
    for id in Set(ids).sorted() {
      let kept = try await proposal(id)
      guard kept.proposal.decision == .change else {
        throw Refusal(.invalid, "proposal \(id) is about no new price")
      }
      decisions.append(PriceDecision(proposal: id, price: kept.proposal.price))
    }
    return try await publish(decisions, reason: reason, by: actor)
  }

  /// Publishes a price that a person typed in place of the proposal's.
  public func publish(_ id: Int64, at price: Money, reason: String, by actor: String) async throws -> Int64 {
    guard price.currency == currency else { throw Refusal(.invalid, "prices are in \(currency)") }
    return try await publish([PriceDecision(proposal: id, price: price.minorUnits)], reason: reason, by: actor)
  }

  private func publish(_ decisions: [PriceDecision], reason: String, by actor: String) async throws -> Int64 {
    let reason = try Self.checked(reason: reason)
    let current = try await rules()
    let refusals = try await refusals(of: decisions, under: current.rules)
    guard refusals.isEmpty else { throw Self.refused(refusals.map(\.reason)) }
    switch try await store.publish(
      decisions, under: current.number, currency: currency, reason: reason,
      audit: entry(actor, "published prices", ""))
    {
    case .published(let number): return number
    case .refused(let reasons, _): throw Self.refused(reasons)
    }
  }

  /// The decisions that the rules do not allow now, with the reasons.
  func refusals(
    of decisions: [PriceDecision], under rules: PriceDeskRules
  ) async throws -> [(proposal: Int64, reason: String)] {
    var refusals: [(proposal: Int64, reason: String)] = []
    for decision in decisions {
      let kept = try await proposal(decision.proposal)
      guard kept.state == .open else {
        refusals.append((kept.id, "proposal \(kept.id) is no longer open: it is \(kept.state.rawValue)"))
        continue
      }
      do throws(TypedPriceRefusal) {
        // The rails are looked at again: rules, costs and prices may have changed since the proposal.
        try rules.rails(in: currency).check(typed: decision.price, in: try await situation(of: kept))
      } catch {
        refusals.append((kept.id, "\(kept.title): \(error.description(in: currency))"))
      }
    }
    return refusals
  }

  private static func refused(_ reasons: [String]) -> Refusal {
    let more = reasons.count > 5 ? "; and \(reasons.count - 5) more" : ""
    return Refusal(.conflict, "nothing was published: " + reasons.prefix(5).joined(separator: "; ") + more)
  }

  /// The product as it is now.
  private func situation(of kept: KeptProposal) async throws(TypedPriceRefusal) -> PricingSituation {
    let products: [DeskProduct]
    do {
      products = try await store.deskProducts([kept.product], currency: currency, at: clock.now())
    } catch {
      throw .rail("its product cannot be read now: try again")
    }
    guard let product = products.first else { throw .rail("its product has no price any more") }
    let curve = kept.proposal.curve.map(\.price)
    return PricingSituation(
      product: product.code, price: product.price, cost: product.cost, priceAWeekAgo: product.priceAWeekAgo,
      changedAt: product.changedAt, lowestObserved: curve.min(), highestObserved: curve.max(), time: clock.now())
  }

  public func reject(_ ids: [Int64], reason: String, by actor: String) async throws {
    let reason = try Self.checked(reason: reason)
    guard (1...Self.maxDecisions).contains(ids.count) else {
      throw Refusal(.invalid, "choose 1 to \(Self.maxDecisions) proposals")
    }
    let subject = ids.count == 1 ? "proposal \(ids[0])" : "\(ids.count) proposals"
    let count = try await store.reject(
      ids, reason: reason, audit: entry(actor, "rejected price proposals", subject, reason))
    guard count > 0 else { throw Refusal(.conflict, "none of them is open any more") }
  }

  /// Gives the prices of a publication their amounts of before, all or none, as a publication of its own. The rails do
  /// not hold it back: it is the way out of a mistake.
  public func rollBack(_ number: Int64, reason: String, by actor: String) async throws -> Int64 {
    let reason = try Self.checked(reason: reason)
    switch try await store.rollBack(number, reason: reason, audit: entry(actor, "took prices back", "")) {
    case nil: throw Refusal(.missing, "there is no publication \(number)")
    case .published(let restored): return restored
    case .refused(let reasons, _): throw Self.refused(reasons)
    }
  }

  // MARK: Rules

  /// The rules in force; those that a shop begins with before any are published.
  public func rules() async throws -> NumberedDeskRules {
    try await store.rules()
      ?? NumberedDeskRules(
        number: 0, rules: PriceDeskRules(), author: "vitrine", reason: "the shop's first rules", publishedAt: nil)
  }

  /// Publishes rules in place of number `base`; returns their number.
  public func publish(_ rules: PriceDeskRules, after base: Int64, reason: String, by actor: String) async throws
    -> Int64
  {
    let reason = try Self.checked(reason: reason)
    let subject = "price desk rules \(base + 1)"
    guard
      let number = try await store.addRules(
        rules, after: base, reason: reason,
        audit: entry(actor, "published price rules", subject, "\(rules.json.text): \(reason)"))
    else { throw Refusal(.conflict, "other rules were published meanwhile: open the page again") }
    return number
  }

  /// The kill switch: stops the publishing of proposals, or allows it again. Taking back and imports go on. Rules that
  /// others publish at the same moment do not refuse it: it is set in theirs.
  public func setStopped(_ isStopped: Bool, reason: String, by actor: String) async throws {
    for attempt in 1...Self.switchAttempts {
      let current = try await rules()
      var rules = current.rules
      guard rules.isStopped != isStopped else { return }
      rules.isStopped = isStopped
      do {
        _ = try await publish(rules, after: current.number, reason: reason, by: actor)
        return
      } catch let refusal as Refusal where refusal.kind == .conflict && attempt < Self.switchAttempts {
        continue
      }
    }
  }

  private static func checked(reason: String) throws(Refusal) -> String {
    let reason = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard (1...longestReason).contains(reason.unicodeScalars.count) else {
      throw Refusal(.invalid, "say why, in 1 to \(longestReason) characters: the audit keeps it")
    }
    return reason
  }
}
