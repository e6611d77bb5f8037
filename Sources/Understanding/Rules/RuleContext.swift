public import Catalog

/// The circumstances of a search, beside its words: rules may ask for them.
public struct RuleContext: Sendable, Hashable {
  public var now: Timestamp
  /// nil: not known.
  public var isMobile: Bool?
  /// The page of a category that is looked at, by its slug.
  public var page: String?

  public init(now: Timestamp, isMobile: Bool? = nil, page: String? = nil) {
    self.now = now
    self.isMobile = isMobile
    self.page = page
  }
}

/// The conditions of a rule beside the words.
public struct RuleConditions: Sendable, Hashable {
  public enum Device: String, Sendable, CaseIterable { case mobile, desktop }

  public var period = RulePeriod()
  public var device: Device?
  /// The name of its campaign, whose period holds too.
  public var campaign: String?

  public init() {}

  /// Without a context only rules that ask for nothing apply.
  func hold(in context: RuleContext?) -> Bool {
    guard let context else { return period.isAlways && device == nil }
    guard period.contains(context.now) else { return false }
    guard let device else { return true }
    return context.isMobile.map { $0 == (device == .mobile) } ?? false
  }
}
