import Catalog
public import Edge
import HTTPServer
import JSON
import Ports
public import PriceDesk
import Pricing
import Web

/// The price desk's rules: the mode, the guard rails, the holdout and the kill switch.
public struct PriceRulesPage: Sendable {
  static let path = "/console/price-rules"

  let desk: PriceDesk
  let shopName: String

  public init(desk: PriceDesk, shopName: String) {
    self.desk = desk
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let access = ConsolePage.prices.access
    func change(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm)
    }
    routes.get(Self.path, Route(access: access, name: "price rules page", isPage: true, rate: .free), page)
    routes.post(Self.path, change("publish price rules"), publish)
    routes.post(Self.path + "/stop", change("price kill switch"), stop)
  }

  /// The numbers of the form: the rule's name, its label and its value.
  private static func fields(_ rules: PriceDeskRules) -> [(name: String, label: String, value: String)] {
    [
      ("least_margin_percent", "Least margin, % of the price", rules.leastMargin.percentText),
      ("max_change_day_percent", "Largest change a day, %", rules.maxChangeADay.percentText),
      ("max_change_week_percent", "Largest change a week, %", rules.maxChangeAWeek.percentText),
      ("least_hours_between_changes", "Least hours between changes", String(rules.leastHoursBetweenChanges)),
      ("holdout_percent", "Products that keep their prices, %", rules.holdout.percentText),
      ("automatic_band_percent", "Automatic: largest change, %", rules.automaticBand.percentText),
    ]
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let done = try request.query { $0 == "done" }["done"]
    return try await page(request, notice: done == nil ? nil : "The rules are in force.")
  }

  private func page(
    _ request: HTTPRequest, notice: String?, isBad: Bool = false, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .prices)
    let current = try await desk.rules()
    let rules = current.rules
    let inputs = Self.fields(rules).map { field -> HTML in
      "<label>\(field.label)<input type=\"text\" name=\"\(field.name)\" value=\"\(field.value)\" inputmode=\"decimal\" required maxlength=\"8\"></label>"
    }
    let modes = [
      (PriceDeskRules.Mode.recommend, "A person publishes each price"), (.automatic, "Automatic within the band"),
    ]
    .map { mode, label -> HTML in
      let chosen: HTML = mode == rules.mode ? " selected" : ""
      return "<option value=\"\(mode.rawValue)\"\(chosen)>\(label)</option>"
    }
    let (act, label): (String, HTML) =
      rules.isStopped
      ? ("start", "<button class=\"button\" type=\"submit\">Allow changes of prices again</button>")
      : ("stop", "<button class=\"button danger\" type=\"submit\">Stop every change of prices</button>")
    let body: HTML = """
      <div class="heading"><h1>Price rules</h1><p class="count"><a href="\(ConsolePage.prices.path)">Proposals</a></p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))
      \(ConsoleForms.notice(rules.isStopped ? "The kill switch is on: no price changes." : nil, isBad: true))
      <form class="panel" method="post" action="\(Self.path)">\(FormToken.field(frame.member))<input type="hidden" name="base" value="\(current.number)"><div class="fields"><label>Mode<select name="mode">\(modes)</select></label>\(inputs)<label class="grow">Why<input type="text" name="reason" required maxlength="1000"></label><button class="button" type="submit">Publish rules</button></div></form>
      <section class="row"><h2>Kill switch</h2><form class="panel" method="post" action="\(Self.path)/stop">\(FormToken.field(frame.member))<input type="hidden" name="act" value="\(act)"><div class="fields"><label class="grow">Why<input type="text" name="reason" required maxlength="1000"></label>\(label)</div></form></section>
      <p class="note">In force: rules \(current.number), by \(current.author): \(current.reason)</p>
      """
    return frame.response(title: "Price rules", body: body, status: status)
  }

  @Sendable private func publish(_ request: HTTPRequest) async throws -> HTTPResponse {
    let current = try await desk.rules().rules
    let names = Self.fields(current).map(\.name)
    let form = try request.form { names.contains($0) || ["base", "mode", "reason"].contains($0) }
    var members: JSONObject = [:]
    for name in names + ["mode"] {
      if let value = form[name] { members[name] = .string(value.filter { !$0.isWhitespace }) }
    }
    return try await answering(request) {
      let rules = try PriceDeskRules(json: .object(members), standard: current)
      _ = try await desk.publish(
        rules, after: Int64(form["base"] ?? "") ?? 0, reason: form["reason"] ?? "",
        by: ConsoleForms.actor(request))
    }
  }

  @Sendable private func stop(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { ["act", "reason"].contains($0) }
    return try await answering(request) {
      try await desk.setStopped(
        form["act"] == "stop", reason: form["reason"] ?? "", by: ConsoleForms.actor(request))
    }
  }

  private func answering(_ request: HTTPRequest, _ change: () async throws -> Void) async throws -> HTTPResponse {
    do {
      try await change()
      return .redirect(to: Self.path + "?done=published")
    } catch {
      guard let reason = ConsoleForms.reason(error) else { throw error }
      return try await page(request, notice: reason, isBad: true, status: .badRequest)
    }
  }
}
