public import Catalog
import Foundation

/// Reads the moments of rules as people write them, in the shop's time zone: `2026-12-24`, `2026-12-24 18:00`, or with another
/// zone behind them, `2026-12-24 18:00 Europe/Paris`.
public struct RuleClock: Sendable {
  public static let utc = RuleClock(TimeZone(secondsFromGMT: 0)!)

  private let zone: TimeZone

  private init(_ zone: TimeZone) { self.zone = zone }

  /// nil where there is no zone of this name.
  public init?(zone name: String) {
    guard let zone = TimeZone(identifier: name) else { return nil }
    self.zone = zone
  }

  /// `Europe/London`
  public var zoneName: String { zone.identifier }

  /// The moment that a text names. A day alone is its first moment, or as an end the first of the next day.
  public func moment(_ text: String, isEnd: Bool = false) -> Timestamp? {
    var words = text.replacing("T", with: " ").split(separator: " ").map(String.init)
    // A zone has letters in front: what was a T within it is put back by reading it from the text.
    if let last = text.split(separator: " ").last, last.first?.isLetter == true, words.count > 1 {
      guard let other = RuleClock(zone: String(last)) else { return nil }
      let rest = text.dropLast(last.count)
      return other.moment(String(rest), isEnd: isEnd)
    }
    guard let first = words.first, first.utf8.count == 10, let day = CalendarDay(first) else { return nil }
    words.removeFirst()
    var seconds = day.daysSinceEpoch * 86_400
    if words.isEmpty {
      if isEnd { seconds += 86_400 }
    } else {
      let clock = words[0].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
      guard words.count == 1, clock.count == 2, let hour = clock[0], let minute = clock[1], (0...23).contains(hour),
        (0...59).contains(minute)
      else { return nil }
      seconds += hour * 3_600 + minute * 60
    }
    return Timestamp(microsecondsSinceEpoch: (seconds - offset(atLocal: seconds)) * 1_000_000)
  }

  /// A time that the clock leaves out in spring is read by the offset before it; of one that comes twice, the first counts.
  private func offset(atLocal seconds: Int64) -> Int64 {
    let before = offset(at: seconds - 86_400)
    if offset(at: seconds - before) == before { return before }
    let after = offset(at: seconds + 86_400)
    return offset(at: seconds - after) == after ? after : before
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// `2026-12-24 18:00`
  public func text(_ moment: Timestamp) -> String {
    let local = local(moment)
    let text = local.description
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }

  /// The day of a moment in this zone.
  public func day(_ moment: Timestamp) -> CalendarDay { local(moment).day }

  private func local(_ moment: Timestamp) -> Timestamp {
    let shift = offset(at: moment.millisecondsSinceEpoch / 1_000) * 1_000_000
    return Timestamp(microsecondsSinceEpoch: moment.microsecondsSinceEpoch.adding(saturating: shift))
  }
}

/// The time in which rules apply; the end is outside.
public struct RulePeriod: Sendable, Hashable {
  public var from: Timestamp?
  public var until: Timestamp?

  public init(from: Timestamp? = nil, until: Timestamp? = nil) {
    self.from = from
    self.until = until
  }

  public var isAlways: Bool { from == nil && until == nil }

  public func contains(_ moment: Timestamp) -> Bool {
    from.map { $0 <= moment } ?? true && until.map { moment < $0 } ?? true
  }

  /// The time that is in both.
  func narrowed(to other: RulePeriod) -> RulePeriod {
    RulePeriod(
      from: [from, other.from].compactMap { $0 }.max(), until: [until, other.until].compactMap { $0 }.min())
  }
}

/// A named set of rules with a period and an owner: `christmas: 2026-12-01 .. 2026-12-24; anna`.
public struct Campaign: Sendable, Hashable {
  public var name: String
  public var period: RulePeriod
  /// The name of the person who answers for it; empty: nobody is named.
  public var owner: String
  public var line: Int

  private static let longestName = 60
  static let maxCampaigns = 1_000

  /// Reads the text of campaigns: a line each.
  static func all(in text: String, clock: RuleClock) throws(SynonymRules.InvalidRule) -> [Campaign] {
    var campaigns: [Campaign] = []
    for (line, content) in QueryRules.lines(of: text) {
      guard campaigns.count < maxCampaigns else {
        throw .init(line: line, reason: "more than \(maxCampaigns) campaigns")
      }
      let campaign = try Campaign(content, line: line, clock: clock)
      guard !campaigns.contains(where: { $0.name == campaign.name }) else {
        throw .init(line: line, reason: "there is a campaign \(campaign.name) already")
      }
      campaigns.append(campaign)
    }
    return campaigns
  }

  private init(_ text: String, line: Int, clock: RuleClock) throws(SynonymRules.InvalidRule) {
    func trimmed(_ text: some StringProtocol) -> String { text.split(separator: " ").joined(separator: " ") }
    let fault = SynonymRules.InvalidRule(
      line: line, reason: "a campaign is written name: 2026-12-01 .. 2026-12-24 18:00; owner")
    guard let colon = text.firstIndex(of: ":") else { throw fault }
    name = trimmed(text[..<colon]).lowercased()
    guard (1...Self.longestName).contains(name.unicodeScalars.count) else { throw fault }
    let rest = text[text.index(after: colon)...].split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    owner = rest.count == 2 ? trimmed(rest[1]) : ""
    let ends = rest[0].split(separator: " .. ", omittingEmptySubsequences: false).map { trimmed($0) }
    guard ends.count == 2, let from = clock.moment(ends[0]), let until = clock.moment(ends[1], isEnd: true) else {
      throw fault
    }
    guard from < until else { throw .init(line: line, reason: "the campaign ends before it begins") }
    period = RulePeriod(from: from, until: until)
    self.line = line
  }
}
