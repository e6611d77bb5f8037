import Catalog
public import Edge
import HTTPServer
public import Merchandising
public import Ports
import Understanding
import Web

/// The changes that happen by themselves: campaigns and rules with a period, and drafts that are published at a moment.
public struct CalendarPage: Sendable {
  private static let shown = 500

  let merchandising: Merchandising
  let shopName: String
  let clock: any WallClock

  public init(merchandising: Merchandising, shopName: String, clock: any WallClock) {
    self.merchandising = merchandising
    self.shopName = shopName
    self.clock = clock
  }

  public func register(on routes: inout Routes) {
    let page = ConsolePage.calendar
    routes.get(page.path, Route(access: page.access, name: "calendar page", isPage: true, rate: .free), self.page)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let published = try await merchandising.publishedNumber()
    let rules = try await merchandising.rules(of: published)
    let entries = Self.entries(rules, try await merchandising.drafts())
    let view = CalendarView(
      entries: Array(entries.prefix(Self.shown)), zone: merchandising.zone, now: clock.now(), published: published)
    return ConsoleFrame(shopName: shopName, request, .calendar).response(title: "Calendar", body: view.body)
  }

  static func entries(_ rules: QueryRules, _ drafts: [RuleDraft]) -> [CalendarView.Entry] {
    let scheduled = drafts.compactMap { draft in
      draft.schedule.map { schedule in
        CalendarView.Entry(
          name: "Draft \(draft.name) is published", owner: schedule.author, period: RulePeriod(from: schedule.at),
          address: "\(ConsolePage.rules.path)/\(draft.id)", isMoment: true)
      }
    }
    let campaigns = rules.campaigns.map { campaign in
      let count = rules.queryRules.count { $0.conditions.campaign == campaign.name }
      return CalendarView.Entry(
        name: "Campaign \(campaign.name), \(count == 1 ? "1 rule" : "\(count) rules")", owner: campaign.owner,
        period: campaign.period)
    }
    let single = rules.queryRules.filter { $0.conditions.campaign == nil && !$0.conditions.period.isAlways }.map {
      rule in
      CalendarView.Entry(name: "Rule \(rule.name)", owner: "", period: rule.conditions.period)
    }
    return (scheduled + campaigns + single).sorted {
      ($0.period.from?.microsecondsSinceEpoch ?? 0, $0.name) < ($1.period.from?.microsecondsSinceEpoch ?? 0, $1.name)
    }
  }
}

/// The calendar as a table: what runs now, what comes, what is over.
struct CalendarView {
  struct Entry {
    var name: String
    var owner: String
    var period: RulePeriod
    var address: String?
    /// Whether the entry is a moment, which has no end.
    var isMoment = false
  }

  private enum State: String, CaseIterable {
    case running = "Now"
    case coming = "To come"
    case over = "Over"
  }

  let entries: [Entry]
  let zone: RuleClock
  let now: Timestamp
  let published: Int64

  var body: HTML {
    let parts = State.allCases.compactMap(part)
    let shown: HTML =
      parts.isEmpty
      ? "<p class=\"notice\">Nothing changes by itself. Give a rule <code>from:</code> and <code>until:</code>, add a campaign, or publish a draft at a moment.</p>"
      : "<div>\(parts)</div>"
    return """
      <div class="heading"><h1>Calendar</h1><p class="count">Version \(published); times in \(zone.zoneName), now \(zone.text(now))</p></div>\(shown)
      """
  }

  private func state(_ entry: Entry) -> State {
    if let from = entry.period.from, now < from { return .coming }
    if entry.isMoment { return .running }
    return entry.period.contains(now) ? .running : .over
  }

  private func part(_ state: State) -> HTML? {
    let own = entries.filter { self.state($0) == state }
    guard !own.isEmpty else { return nil }
    let rows = own.map { entry -> HTML in
      let name: HTML = entry.address.map { "<a href=\"\($0)\">\(entry.name)</a>" } ?? "\(entry.name)"
      let until = entry.isMoment ? "" : entry.period.until.map(zone.text) ?? "open"
      return """
        <tr><th scope="row">\(name)</th><td data-label="From">\(entry.period.from.map(zone.text) ?? "open")</td><td data-label="Until">\(until)</td><td data-label="Owner">\(entry.owner)</td></tr>
        """
    }
    return """
      <section class="row"><h2>\(state.rawValue)</h2><table class="report"><thead><tr><th scope="col">Change</th><th scope="col">From</th><th scope="col">Until</th><th scope="col">Owner</th></tr></thead><tbody>\(rows)</tbody></table></section>
      """
  }
}
