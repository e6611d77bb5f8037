import Catalog
public import Edge
import Forecasting
import HTTPServer
import Ports
public import Replenishment
import Web

/// Suppliers with their terms, and the form that adds or changes one.
public struct SuppliersPage: Sendable {
  private static let fields = [
    "code", "name", "lead", "deviation", "review", "minimum", "pack", "units", "brands",
  ]

  let replenishment: Replenishment
  let shopName: String

  public init(replenishment: Replenishment, shopName: String) {
    self.replenishment = replenishment
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.suppliers.path, ConsolePage.suppliers.access)
    routes.get(path, Route(access: access, name: "suppliers page", isPage: true, rate: .free), page)
    routes.post(
      path,
      Route(
        access: access, name: "save supplier", isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm), save)
  }

  @Sendable private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
    let parameters = try request.query { ["code", "done"].contains($0) }
    let suppliers = try await replenishment.suppliers()
    let shown = suppliers.first { $0.terms.id == parameters["code"] }
    return response(
      request, suppliers, values: shown.map(values) ?? [:],
      notice: parameters["done"] == nil ? nil : "The supplier is saved. The next plan goes by it.", isBad: false)
  }

  private func values(_ supplier: SupplierEntry) -> [String: String] {
    [
      "code": supplier.terms.id, "name": supplier.name, "lead": supplier.terms.leadTimeDays.shortText,
      "deviation": supplier.terms.leadTimeDeviationDays.shortText, "review": String(supplier.terms.reviewDays),
      "minimum": Money(minorUnits: supplier.terms.minimumOrderMinorUnits, currency: replenishment.currency).decimalText,
      "pack": String(supplier.packSize), "units": String(supplier.minimumUnits),
      "brands": supplier.brands.joined(separator: "\n"),
    ]
  }

  private func response(
    _ request: HTTPRequest, _ suppliers: [SupplierEntry], values: [String: String], notice: String?, isBad: Bool,
    status: HTTPStatus = .ok
  ) -> HTTPResponse {
    let frame = ConsoleFrame(shopName: shopName, request, .suppliers)
    let rows = suppliers.map { supplier -> HTML in
      """
      <tr><th scope="row"><a href="\(ConsolePage.suppliers.path)?code=\(supplier.terms.id)#supplier">\(supplier.name)</a></th><td class="number" data-label="Delivery, days">\(ShopWords.figure(supplier.terms.leadTimeDays))</td><td class="number" data-label="Orders every, days">\(supplier.terms.reviewDays)</td><td class="number" data-label="Minimum">\(Money(minorUnits: supplier.terms.minimumOrderMinorUnits, currency: replenishment.currency).shortText)</td><td class="number" data-label="Pack">\(supplier.packSize)</td><td class="wide" data-label="Brands"><span>\(supplier.brands.joined(separator: ", "))</span></td></tr>
      """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">There is no supplier yet. Products of a brand without a supplier are not proposed.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Supplier</th><th scope=\"col\" class=\"number\">Delivery, days</th><th scope=\"col\" class=\"number\">Orders every, days</th><th scope=\"col\" class=\"number\">Minimum</th><th scope=\"col\" class=\"number\">Pack</th><th scope=\"col\">Brands</th></tr></thead><tbody>\(rows)</tbody></table>"
    func field(_ name: String, _ label: String, _ kind: HTML, standard: String = "") -> HTML {
      "<label>\(label)<input \(kind) name=\"\(name)\" value=\"\(values[name] ?? standard)\" required></label>"
    }
    let body: HTML = """
      <div class="heading"><h1>Suppliers</h1></div>\(ConsoleForms.notice(notice, isBad: isBad))
      \(table)
      <form class="panel" id="supplier" method="post" action="\(ConsolePage.suppliers.path)">\(FormToken.field(frame.member))<h2>Add or change a supplier</h2><div class="fields">
      \(field("code", "Code", "type=\"text\" maxlength=\"60\""))\(field("name", "Name", "type=\"text\" maxlength=\"200\""))
      \(field("lead", "Delivery, days", "type=\"number\" min=\"0\" max=\"730\" step=\"any\"", standard: "14"))\(field("deviation", "Deviation, days", "type=\"number\" min=\"0\" max=\"730\" step=\"any\"", standard: "2"))
      \(field("review", "Orders every, days", "type=\"number\" min=\"1\" max=\"730\"", standard: "7"))\(field("minimum", "Least order, \(replenishment.currency.code)", "type=\"text\" inputmode=\"decimal\"", standard: "0"))
      \(field("pack", "Units of a pack", "type=\"number\" min=\"1\" max=\"100000\"", standard: "1"))\(field("units", "Least units of a product", "type=\"number\" min=\"0\" max=\"100000\"", standard: "0"))
      </div><label>Brands, one a line<textarea name="brands" rows="4">\(values["brands"] ?? "")</textarea></label><button class="button" type="submit">Save the supplier</button></form>
      """
    return frame.response(title: "Suppliers", body: body, status: status)
  }

  @Sendable private func save(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try request.form { Self.fields.contains($0) }
    let values = Dictionary(
      form.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    do {
      try await replenishment.save(
        try SupplierForm.supplier(values, in: replenishment.currency), by: ConsoleForms.actor(request))
      return .redirect(to: "\(ConsolePage.suppliers.path)?done=saved")
    } catch let refusal as Replenishment.Refusal {
      return response(
        request, try await replenishment.suppliers(), values: values, notice: ConsoleForms.sentence("\(refusal)"),
        isBad: true, status: .badRequest)
    }
  }
}

/// Reads a supplier from the fields of its form.
enum SupplierForm {
  static func supplier(_ values: [String: String], in currency: Currency) throws -> SupplierEntry {
    func trimmed(_ text: some StringProtocol) -> String {
      let start = text.drop(while: \.isWhitespace)
      return String(
        start.prefix(
          (start.lastIndex { !$0.isWhitespace }).map { start.distance(from: start.startIndex, to: $0) + 1 } ?? 0))
    }
    func text(_ name: String) -> String { trimmed(values[name] ?? "") }
    let brands = text("brands").split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
    return try SupplierEntry(
      code: text("code"), name: text("name"), leadTimeDays: Double(text("lead")),
      leadTimeDeviationDays: Double(text("deviation")), reviewDays: Int(text("review")),
      minimumOrder: Money(decimalText: text("minimum"), currency: currency), packSize: Int(text("pack")),
      minimumUnits: Int(text("units")), brands: brands)
  }
}
