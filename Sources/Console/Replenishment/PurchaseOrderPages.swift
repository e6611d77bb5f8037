import Catalog
public import Edge
import HTTPServer
import Ports
public import Replenishment
import Statistics
import Web

/// Orders to suppliers: the list, one order with the receipt of goods, its print page and its CSV.
public struct PurchaseOrderPages: Sendable {
  private static let shown = 200

  let replenishment: Replenishment
  let shopName: String

  public init(replenishment: Replenishment, shopName: String) {
    self.replenishment = replenishment
    self.shopName = shopName
  }

  public func register(on routes: inout Routes) {
    let (path, access) = (ConsolePage.orders.path, ConsolePage.orders.access)
    func route(_ name: String) -> Route {
      Route(access: access, name: name, isPage: true, rate: .free, maxBodyBytes: ConsoleForms.largestForm)
    }
    routes.get(path, route("purchase orders page"), list)
    routes.get(path + "/{number}", route("purchase order page"), order)
    routes.get(path + "/{number}/print", route("purchase order print"), print)
    routes.get(path + "/{number}/csv", route("purchase order file"), file)
    routes.post(path + "/{number}/receipts", route("receive goods"), receive)
    routes.post(path + "/{number}/cancel", route("cancel purchase order"), cancel)
  }

  private func number(_ request: HTTPRequest) throws -> Int64 {
    guard let number = request.positiveNumber("number") else {
      throw Problem(APIProblem.planNotFound, detail: "The address has no number of an order.")
    }
    return number
  }

  @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let rows = try await replenishment.orders(limit: Self.shown).map { order -> HTML in
      """
      <tr><th scope="row"><a href="\(ConsolePage.orders.path)/\(order.number)">Order \(order.number)</a></th><td data-label="Supplier">\(order.supplierName)</td><td class="number" data-label="Cost">\(order.total)</td><td data-label="Ordered">\(ShopWords.time(order.orderedAt))</td><td data-label="Expected">\(ShopWords.date(order.expectedOn.description))</td><td data-label="State">\(order.stateMark)</td></tr>
      """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=\"notice\">Nothing was ordered yet. Proposals stand under <a href=\"\(ConsolePage.stock.path)\">Stock</a>.</p>"
      : "<table class=\"report\"><thead><tr><th scope=\"col\">Order</th><th scope=\"col\">Supplier</th><th scope=\"col\" class=\"number\">Cost</th><th scope=\"col\">Ordered</th><th scope=\"col\">Expected</th><th scope=\"col\">State</th></tr></thead><tbody>\(rows)</tbody></table>"
    return ConsoleFrame(shopName: shopName, request, .orders).response(
      title: "Purchase orders", body: "<div class=\"heading\"><h1>Purchase orders</h1></div>\(table)")
  }

  @Sendable private func order(_ request: HTTPRequest) async throws -> HTTPResponse {
    let done = try request.query { $0 == "done" }["done"]
    let words = [
      "ordered": "The order is placed. Send its file or print to the supplier.", "received": "The goods are in stock.",
    ]
    return try await page(request, notice: done.flatMap { words[$0] }, isBad: false)
  }

  private func page(
    _ request: HTTPRequest, notice: String?, isBad: Bool, status: HTTPStatus = .ok
  ) async throws -> HTTPResponse {
    let order = try await replenishment.order(number(request))
    let frame = ConsoleFrame(shopName: shopName, request, .orders)
    let path = "\(ConsolePage.orders.path)/\(order.number)"
    let isOpen = order.state == .ordered
    let shown = Set(order.lines.filter { $0.missingUnits > 0 }.prefix(UnitsForm.maxFields).map(\.sku))
    let rows = order.lines.map { line -> HTML in
      let field: HTML? =
        isOpen && shown.contains(line.sku)
        ? "<td class=\"number\" data-label=\"Came\"><input type=\"number\" name=\"units-\(line.sku)\" aria-label=\"Units of \(line.sku) that came\" value=\"\(line.missingUnits)\" min=\"0\" max=\"\(line.missingUnits)\"></td>"
        : isOpen ? "<td></td>" : nil
      return """
        <tr><th scope="row">\(line.sku)<br><span class="note">\(line.title)</span></th><td class="number" data-label="Ordered">\(ShopWords.number(line.units))</td><td class="number" data-label="Received">\(ShopWords.number(line.receivedUnits))</td><td class="number" data-label="Cost">\(order.text(line.costMinorUnits))</td>\(field)</tr>
        """
    }
    let came: HTML? = isOpen ? "<th scope=\"col\" class=\"number\">Came now</th>" : nil
    let table: HTML =
      "<table class=\"report\"><thead><tr><th scope=\"col\">SKU</th><th scope=\"col\" class=\"number\">Ordered</th><th scope=\"col\" class=\"number\">Received</th><th scope=\"col\" class=\"number\">Cost</th>\(came)</tr></thead><tbody>\(rows)</tbody></table>"
    let options = try await replenishment.warehouses().map { "<option value=\"\($0)\">\($0)</option>" as HTML }
    let form: HTML =
      isOpen
      ? "<form method=\"post\" action=\"\(path)/receipts\">\(FormToken.field(frame.member))<input type=\"hidden\" name=\"revision\" value=\"\(order.revision)\">\(table)<div class=\"panel\"><div class=\"fields\"><label>Into warehouse<select name=\"warehouse\">\(options)</select></label><button class=\"button\" type=\"submit\">Receive the goods</button></div></div></form>"
      : table
    let cancel: HTML? =
      isOpen
      ? ConsoleForms.button(
        "Cancel the rest", to: path + "/cancel", frame.member, [("revision", String(order.revision))]) : nil
    let body: HTML = """
      <div class="heading"><h1>Order \(order.number) to \(order.supplierName)</h1><p class="count">\(order.stateMark) \(order.total)</p></div>
      \(ConsoleForms.notice(notice, isBad: isBad))
      <p class="note">Ordered by \(order.orderedBy) on \(ShopWords.time(order.orderedAt)); expected on \(ShopWords.date(order.expectedOn.description)).</p>
      <div class="actions"><a href="\(path)/csv" download>CSV</a><a href="\(path)/print">Print</a>\(cancel)</div>
      \(form)
      """
    return frame.response(title: "Order \(order.number)", body: body, status: status)
  }

  /// For the supplier: a page without the console around it.
  @Sendable private func print(_ request: HTTPRequest) async throws -> HTTPResponse {
    let order = try await replenishment.order(number(request))
    let rows = order.lines.map { line -> HTML in
      "<tr><th scope=\"row\">\(line.sku)</th><td>\(line.title)</td><td class=\"number\">\(ShopWords.number(line.units))</td><td class=\"number\">\(order.text(line.unitCostMinorUnits))</td><td class=\"number\">\(order.text(line.costMinorUnits))</td></tr>"
    }
    let body: HTML = """
      <div class="heading"><h1>Purchase order \(order.number)</h1><p class="count">\(shopName)</p></div>
      <p>To: \(order.supplierName) (\(order.supplierCode))<br>Date: \(ShopWords.date(String(order.orderedAt.description.prefix(10))))<br>Delivery by: \(ShopWords.date(order.expectedOn.description))</p>
      <table class="report"><thead><tr><th scope="col">SKU</th><th scope="col">Article</th><th scope="col" class="number">Units</th><th scope="col" class="number">Each</th><th scope="col" class="number">Amount</th></tr></thead><tbody>\(rows)</tbody><tfoot><tr><th scope="row" colspan="4">Total</th><td class="number">\(order.total)</td></tr></tfoot></table>
      """
    return ConsoleFrame(shopName: shopName, request, .orders).printed(
      title: "Purchase order \(order.number)", body: body)
  }

  @Sendable private func file(_ request: HTTPRequest) async throws -> HTTPResponse {
    let order = try await replenishment.order(number(request))
    return .csv(order.csv, named: "purchase-order-\(order.number).csv")
  }

  private func changing(
    _ request: HTTPRequest, _ change: (_ number: Int64, _ revision: Int) async throws -> String
  ) async throws -> HTTPResponse {
    let number = try number(request)
    do {
      let revision = try request.form { $0 == "revision" }["revision"].flatMap { Int($0) } ?? 0
      return .redirect(to: "\(ConsolePage.orders.path)/\(number)?done=\(try await change(number, revision))")
    } catch let refusal as Replenishment.Refusal where refusal.kind != .missing {
      return try await page(
        request, notice: ConsoleForms.sentence("\(refusal)"), isBad: true,
        status: refusal.kind == .conflict ? .conflict : .badRequest)
    }
  }

  @Sendable private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await changing(request) { number, revision in
      try await replenishment.receive(
        number, revision: revision, into: try request.form { $0 == "warehouse" }["warehouse"] ?? "",
        units: try UnitsForm.units(request) { $0 }, by: ConsoleForms.actor(request))
      return "received"
    }
  }

  @Sendable private func cancel(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await changing(request) { number, revision in
      try await replenishment.cancel(number, revision: revision, by: ConsoleForms.actor(request))
      return "cancelled"
    }
  }
}

extension PurchaseOrder {
  func text(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: currency).displayText }
  var total: String { text(totalMinorUnits) }

  var stateMark: HTML {
    switch state {
    case .ordered: "<span class=\"outcome\">ordered</span>"
    case .received: "<span class=\"outcome good\">received</span>"
    case .cancelled: "<span class=\"outcome bad\">cancelled</span>"
    }
  }

  /// One line a SKU.
  var csv: String {
    let head = DelimitedText.line([
      "order", "supplier", "ordered_at", "expected_on", "sku", "title", "units", "unit_cost", "cost", "currency",
    ])
    return lines.reduce(into: head) { text, line in
      text += DelimitedText.line([
        String(number), supplierCode, orderedAt.description, expectedOn.description, line.sku, line.title,
        String(line.units), Money(minorUnits: line.unitCostMinorUnits, currency: currency).decimalText,
        Money(minorUnits: line.costMinorUnits, currency: currency).decimalText, currency.code,
      ])
    }
  }
}
