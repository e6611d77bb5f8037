// Series of demand. Properties proved here:
// 1. Orders count, cancellations take back, returns do not; a series runs to the last day of the data.
// 2. Days without stock are censored: not zero for the level, and filled from their season for models that need them.
// 3. Classes: smooth, erratic, intermittent, lumpy by ADI and CV², short by the number of known steps.
// 4. A file of sales: names in any order, months and weeks told from days, each bad line with its reason.
// 5. Months and weeks step as the calendar does.

import Catalog
import Forecasting
import Statistics
import Testing

@Suite struct SeriesTests {
  private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

  @Test("1: kinds of lines")
  func kinds() throws {
    let lines = [
      SalesLine(product: "a", day: try day("2026-03-01"), units: 5),
      SalesLine(product: "a", day: try day("2026-03-03"), units: 4, price: 9),
      SalesLine(product: "a", day: try day("2026-03-03"), units: 1, kind: .cancellation),
      SalesLine(product: "a", day: try day("2026-03-04"), units: 2, kind: .return),
      SalesLine(product: "b", day: try day("2026-03-05"), units: 1),
      SalesLine(product: "b", day: try day("2026-03-05"), units: 3, kind: .cancellation),
    ]
    let series = SeriesBuilder().series(from: lines)
    #expect(series.map(\.product) == ["a", "b"])
    #expect(series[0].units == [5, 0, 3, 0, 0] && series[0].prices == [nil, nil, 9, 9, 9])
    #expect(series[1].units == [0])
  }

  @Test("2: days without stock")
  func censored() throws {
    let first = try day("2026-03-02")
    let units: [Double] = (0..<42).map { $0 % 7 == 5 ? 20 : 10 }
    var sold = units
    sold[19] = 0
    let lines = sold.indices.filter { sold[$0] > 0 }.map {
      SalesLine(product: "a", day: first.advanced(by: $0), units: sold[$0])
    }
    let series = SeriesBuilder(stockouts: ["a": [first.advanced(by: 19)]]).series(from: lines)[0]
    #expect(series.isCensored[19] && series.isCensored.count { $0 } == 1)
    #expect(series.filledUnits == units)
    #expect(Intermittent.level([10, 0, 10], .croston) != 10)
    let plan = SalesPlan(continuing: series, horizon: 7)
    #expect(SeasonalNaive().forecast(series, horizon: 7, plan: plan)?[5] == 20)
  }

  @Test("3: classes")
  func classes() throws {
    let first = try day("2026-01-01")
    func demandClass(_ units: [Double]) -> DemandClass {
      DemandClass(DemandSeries(product: "p", first: first, units: units))
    }
    #expect(demandClass((0..<60).map { 10 + Double($0 % 3) }) == .smooth)
    #expect(demandClass((0..<60).map { $0 % 6 == 0 ? 60 : 1 }) == .erratic)
    #expect(demandClass((0..<60).map { $0 % 4 == 0 ? 5 : 0 }) == .intermittent)
    #expect(demandClass((0..<60).map { $0 % 4 == 0 ? ($0 % 20 == 0 ? 50 : 1) : 0 }) == .lumpy)
    #expect(demandClass(Array(repeating: 0, count: 60)) == .lumpy)
    #expect(demandClass(Array(repeating: 3, count: 29)) == .short)
    let statistics = try #require(DemandClass.Statistics([0, 2, 0, 4]))
    #expect(statistics.interval == 2 && abs(statistics.variation - 2.0 / 9) < 1e-12)
  }

  @Test("4: files")
  func files() throws {
    let text = """
      Date;SKU;Units;Promotion;Category
      2026-03-01;a;3;1;shoes
      2026-02-30;a;3;0;shoes
      2026-03-02;a;-3;0;shoes
      2026-03-02;a;1000000;0;shoes
      2026-03-02;a;x;0;shoes
      2026-03-02;;1;0;shoes
      2026-03-02;a;1;perhaps;shoes
      """
    let read = try SalesReader.read(Array(text.utf8))
    #expect(read.lines == [SalesLine(product: "a", day: try day("2026-03-01"), units: 3, isPromoted: true)])
    #expect(read.categories == ["a": "shoes"] && read.refusedCount == 6)
    #expect(
      read.refusals.map(\.description) == [
        "line 3: the date '2026-02-30' is not a day such as 2026-03-01",
        "line 4: the units are -3: demand is not below zero",
        "line 5: 1000000 units are more than 100000 in a line", "line 6: the units 'x' are not a number",
        "line 7: the product is missing or longer than 256 bytes", "line 8: the promotion 'perhaps' is not 0 or 1",
      ])
    #expect(throws: (any Error).self) { try SalesReader.read(Array("product,date\na,2026-01-01\n".utf8)) }
    #expect(throws: (any Error).self) { try SalesReader.read(Array("product,date,units\na,2026-01-01,-1\n".utf8)) }
    func period(_ days: [String]) throws -> Period {
      SalesReader.period(of: try days.map { SalesLine(product: "a", day: try day($0), units: 1) })
    }
    #expect(try period(["2026-01-01", "2026-02-01"]) == .month)
    #expect(try period(["2026-01-05", "2026-01-12"]) == .week)
    #expect(try period(["2026-01-05", "2026-01-13"]) == .day)
  }

  @Test("5: the calendar")
  func calendar() throws {
    let january = try day("2024-01-01")
    #expect(Period.month.day(13, after: january) == (try day("2025-02-01")))
    #expect(Period.month.steps(from: january, to: try day("2025-02-28")) == 13)
    #expect(Period.week.start(of: try day("2026-03-04")) == (try day("2026-03-02")))
    #expect(Period.week.steps(from: try day("2026-03-02"), to: try day("2026-03-15")) == 1)
    let easters = Holiday.retail(2024...2026).filter { $0.name == "Easter" }[0].days.sorted()
    #expect(easters.map(\.description) == ["2024-03-31", "2025-04-20", "2026-04-05"])
    let black = Holiday.retail(2024...2025).filter { $0.name == "Black Friday" }[0].days.sorted()
    #expect(black.map(\.description) == ["2024-11-29", "2025-11-28"])
  }
}
