import Catalog
import Forecasting
import Ports
import Replenishment
import Web

/// A product's history, forecast and band as a plot with its table, the reason of the order, and a form that tries other
/// terms.
struct ProductDemandView {
  let outlook: ProductOutlook
  let currency: Currency
  let notice: String?

  private var forecast: ProductForecast? { outlook.forecast?.refusal == nil ? outlook.forecast?.forecast : nil }

  var body: HTML {
    """
    <div class="heading"><h1>\(outlook.product.title)</h1><p class="count">\(StockPage.provenance(outlook.run))</p></div>
    \(ConsoleForms.notice(notice, isBad: true))
    \(refusal)\(figures)\(chart)\(whatIf)\(history)
    <p class="note"><a href="\(ConsolePage.stock.path)">Back to the work list</a> · <a href="/products/\(outlook.product.id.description)">See it in the shop</a></p>
    """
  }

  private var refusal: HTML? {
    (outlook.forecast?.refusal ?? outlook.plan?.refusal ?? outlook.answer.refusal).map {
      "<p class=\"notice bad\">Nothing is proposed: \($0).</p>"
    }
  }

  private var figures: HTML {
    let row = outlook.answer
    let tiles: [(String, String)] = [
      ("On hand", ShopWords.number(row.onHand)), ("On order", ShopWords.number(row.onOrder)),
      ("Sold a day, ahead", ShopWords.figure(row.dailyDemand)), ("Runs out", StockPage.day(row.stockoutDay)),
      ("May run out", StockPage.day(row.earliestStockoutDay)),
      ("Sales at risk", Money(minorUnits: row.shortageMinorUnits, currency: currency).shortText),
    ]
    let entries = tiles.map { name, value -> HTML in "<li><h2>\(name)</h2><p class=\"figure\">\(value)</p></li>" }
    return "<section class=\"row\" aria-label=\"Figures\"><ul class=\"tiles\">\(entries)</ul></section>"
  }

  private var chart: HTML? {
    guard let forecast else { return nil }
    let plot = DemandPlot(
      days: outlook.days, units: outlook.units, stockouts: outlook.stockouts, forecast: forecast)
    let models = forecast.weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      "\($0.key) \(ShopWords.figure((100 * $0.value).rounded())) %"
    }
    let note = forecast.note.map { " \(ConsoleForms.sentence($0))" } ?? ""
    return """
      <section class="row" aria-labelledby="demand"><h2 id="demand">Demand</h2>\(plot.html)
      <p class="note">Bars: units sold. Line: the forecast; the band holds \(ShopWords.figure(100 * outlook.run.coverage)) % of days. Demand is \(forecast.demandClass.rawValue); models: \(models.joined(separator: ", ")).\(note)</p></section>
      """
  }

  private var whatIf: HTML {
    let row = outlook.answer
    let cost = Money(
      minorUnits: (row.unitCostMinorUnits ?? 0).multiplied(saturating: Int64(row.units)), currency: currency
    ).shortText
    let answer: HTML =
      row.units > 0
      ? "<p><strong>\(ShopWords.number(row.units)) units, \(cost).</strong> \(row.reason)</p>"
      : "<p><strong>Nothing to order.</strong> \(row.reason)</p>"
    return """
      <section class="row" aria-labelledby="why"><h2 id="why">Why so many?</h2>\(row.refusal == nil ? answer : nil)
      <form class="panel" method="get" action="\(ConsolePage.stock.path)/\(outlook.product.id.description)"><div class="fields"><label>Service level, %<input type="number" name="service" min="50" max="99.9" step="0.1" value="\(ShopWords.figure(100 * outlook.whatIf.serviceLevel))"></label><label>Lead time, days<input type="number" name="lead" min="0" max="365" step="1" value="\(ShopWords.figure(outlook.whatIf.leadTimeDays))"></label><button class="button quiet" type="submit">Try</button></div><p class="note">Nothing is changed: the answer above is by these terms.</p></form></section>
      """
  }

  private var history: HTML {
    let forecastRows = (forecast?.days ?? []).enumerated().map { step, day -> HTML in
      let mean = forecast?.mean[step] ?? 0
      func bound(_ value: Double??) -> String { (value ?? nil).map(ShopWords.figure) ?? "–" }
      return """
        <tr><th scope="row">\(ShopWords.date(day.description))</th><td class="number" data-label="Forecast">\(ShopWords.figure(mean))</td><td class="number" data-label="Low">\(bound(forecast?.lower[step]))</td><td class="number" data-label="High">\(bound(forecast?.upper[step]))</td></tr>
        """
    }
    let sold = outlook.days.indices.reversed().filter {
      outlook.units[$0] > 0 || outlook.stockouts.contains(outlook.days[$0])
    }
    let soldRows = sold.map { index -> HTML in
      let out = outlook.stockouts.contains(outlook.days[index]) ? "out of stock" : ""
      return """
        <tr><th scope="row">\(ShopWords.date(outlook.days[index].description))</th><td class="number" data-label="Sold">\(ShopWords.figure(outlook.units[index]))</td><td data-label="Stock">\(out)</td></tr>
        """
    }
    let ahead: HTML? =
      forecastRows.isEmpty
      ? nil
      : "<details><summary>The forecast as a table</summary><table class=\"report\"><thead><tr><th scope=\"col\">Day</th><th scope=\"col\" class=\"number\">Forecast</th><th scope=\"col\" class=\"number\">Low</th><th scope=\"col\" class=\"number\">High</th></tr></thead><tbody>\(forecastRows)</tbody></table></details>"
    return """
      <section class="row">\(ahead)<details><summary>Days with sales, as a table</summary><table class="report"><thead><tr><th scope="col">Day</th><th scope="col" class="number">Sold</th><th scope="col">Stock</th></tr></thead><tbody>\(soldRows)</tbody></table></details></section>
      """
  }
}
