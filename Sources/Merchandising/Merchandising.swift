public import Catalog
public import Ports
public import Telemetry
import Threading
public import Understanding

/// The merchandisers' work: drafts, publishing, taking back; and every server's following of the published version.
public struct Merchandising: Sendable {
  /// A change that cannot be made, with what to do instead.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable { case invalid, conflict, missing, forbidden, heldBack }
    public let kind: Kind
    public let description: String

    init(_ kind: Kind, _ description: String) {
      self.kind = kind
      self.description = description
    }
  }

  /// Between two looks at what is published: every server takes a version up within 2 s.
  private static let look = Duration.milliseconds(700)
  static let longestName = 100
  static let longestReason = 1_000
  public static let maxVersions = 500
  /// More are not worked on at once.
  static let maxDrafts = 200

  let store: any RuleStore
  let clock: any WallClock
  let currency: Currency
  let seeds: RuleTexts
  /// Reads the moments of rules and forms, in the shop's time zone.
  public let zone: RuleClock
  /// Whether the publisher must be another person than the draft's authors.
  let needsApproval: Bool
  /// Gives the reasons against rules in place of others; nil: every draft may go out.
  var gate: (@Sendable (_ old: QueryRules, _ new: QueryRules) async throws -> [String])?
  private let putInForce: @Sendable (QueryRules, Int64) -> Void
  private let followed = Guarded<Followed?>(nil)

  /// The version that this server took up last.
  private struct Followed {
    var number: Int64
    var texts: RuleTexts
    var rules: QueryRules
  }

  /// `seeds` fill an empty shop; `putInForce` gives searches a set of rules, unless they have a later one: two calls may
  /// end in another order than their numbers have.
  public init(
    store: any RuleStore, clock: any WallClock, currency: Currency, seeds: RuleTexts, zone: RuleClock = .utc,
    needsApproval: Bool = false, putInForce: @escaping @Sendable (QueryRules, Int64) -> Void
  ) {
    self.store = store
    self.clock = clock
    self.currency = currency
    self.seeds = seeds
    self.zone = zone
    self.needsApproval = needsApproval
    self.putInForce = putInForce
  }

  /// The same with a gate that a draft must pass.
  public func gated(
    by gate: @escaping @Sendable (_ old: QueryRules, _ new: QueryRules) async throws -> [String]
  ) -> Merchandising {
    var gated = self
    gated.gate = gate
    return gated
  }

  func entry(_ actor: String, _ action: String, _ subject: String, _ detail: String = "") -> AuditEntry {
    AuditEntry(at: clock.now(), actor: actor, action: action, subject: subject, detail: detail)
  }

  // MARK: Following

  /// Puts the published version in force if it is another; returns its number. A set that this program cannot read leaves the
  /// former one in force and is thrown.
  @discardableResult
  public func follow() async throws -> Int64 {
    var number = try await store.publishedNumber()
    if number == nil {
      _ = try await store.seed(
        seeds, audit: entry("vitrine", "published rules", "version 1", "the shop's first rules"))
      number = try await store.publishedNumber()
    }
    guard let number else { throw Refusal(.missing, "no rules are published") }
    // The texts are megabytes; each server looks every second.
    guard number > numberInForce ?? 0 else { return number }
    guard let texts = try await texts(of: number) else { throw Refusal(.missing, "there is no version \(number)") }
    let rules = try await compiled(texts)
    putInForce(rules, number)
    followed.withLock { if number > $0?.number ?? 0 { $0 = Followed(number: number, texts: texts, rules: rules) } }
    return number
  }

  /// The version that searches of this server go by; nil before the first.
  public var numberInForce: Int64? { followed.withLock { $0?.number } }

  /// Follows until cancelled, and publishes what is due.
  public func run(logger: Logger) async {
    await following("the published rules were not taken up", to: logger, restingFor: { _ in Self.look }) {
      try await follow()
      try await publishDue()
    }
  }

  // MARK: Versions

  /// Newest first.
  public func versions(limit: Int = maxVersions) async throws -> [RuleVersion] {
    try await store.versions(limit: min(limit, Self.maxVersions))
  }

  public func publishedNumber() async throws -> Int64 {
    if let number = try await store.publishedNumber() { return number }
    return try await follow()
  }

  public func texts(of version: Int64) async throws -> RuleTexts? { try await store.texts(of: version) }

  /// The rules of a version; throws where there is none.
  public func known(_ version: Int64) async throws -> RuleTexts {
    guard let texts = try await store.texts(of: version) else {
      throw Refusal(.missing, "there is no version \(version)")
    }
    return texts
  }

  /// The rules as searches take them. `refusesAbsent`: a code that names no product is a fault; rules that are in force or
  /// were, stay readable when a product goes.
  public func compiled(_ texts: RuleTexts, refusesAbsent: Bool = false) async throws -> QueryRules {
    let codes = RuleProducts.codes(in: texts[.rules])
    let ids = codes.isEmpty ? [:] : try await store.products(coded: codes)
    return try texts.compiled(
      currency: currency, products: RuleProducts(ids, refusesAbsent: refusesAbsent), clock: zone)
  }

  /// The rules of a version; those in force are compiled already.
  public func rules(of version: Int64) async throws -> QueryRules {
    if let followed = followed.withLock({ $0 }), followed.number == version { return followed.rules }
    return try await compiled(try await known(version))
  }

  /// The same as `compiled`, in a moment where only the query rules differ from those in force: an editor asks at each key.
  public func compiledQuickly(_ texts: RuleTexts) async throws -> QueryRules {
    guard let known = followed.withLock({ $0 }),
      RuleTexts.Kind.allCases.allSatisfy({ $0 == .rules || texts[$0] == known.texts[$0] })
    else { return try await compiled(texts, refusesAbsent: true) }
    var rules = known.rules
    let own = RuleTexts([.rules: texts[.rules], .campaigns: texts[.campaigns]])
    rules.queryRules = try await compiled(own, refusesAbsent: true).queryRules
    return rules
  }

  /// The way in which a wish to take rules back went.
  public enum Return: Sendable, Hashable {
    case published(Int64)
    /// The shop asks for two people: an approver must publish this draft.
    case proposed(draft: Int64)
  }

  /// Publishes an old version's rules again, under a new number. If the shop asks for two people, it makes a draft of them,
  /// which another publishes.
  public func rollBack(to version: Int64, reason: String, by actor: String) async throws -> Return {
    let reason = try Self.checked(reason: reason)
    _ = try await compiled(try await known(version))
    guard needsApproval else {
      guard
        let number = try await store.rollBack(
          to: version, reason: reason, audit: entry(actor, "took rules back", "version \(version)"))
      else { throw Refusal(.missing, "there is no version \(version)") }
      _ = try? await follow()  // It is published; `run` takes it up and reports what hinders.
      return .published(number)
    }
    let name = "\(Self.wayBack)\(version)"
    guard
      let id = try await store.addDraft(
        named: name, restoring: version, audit: entry(actor, "proposed to take rules back", name, reason))
    else {
      throw Refusal(.conflict, "there is a draft called \(name) already: an approver may publish it")
    }
    return .proposed(draft: id)
  }

  static func checked(reason: String) throws(Refusal) -> String {
    let reason = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard (1...longestReason).contains(reason.unicodeScalars.count) else {
      throw Refusal(.invalid, "say why, in 1 to \(longestReason) characters: the audit keeps it")
    }
    return reason
  }
}
