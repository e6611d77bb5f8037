public import Catalog

/// Days with a demand of their own.
public struct Holiday: Sendable, Equatable {
  public let name: String
  public let days: Set<CalendarDay>

  public init(name: String, days: Set<CalendarDay>) {
    self.name = name
    self.days = days
  }

  /// The days of the retail year in these years: New Year, Good Friday to Easter Monday, Black Friday, Cyber Monday,
  /// Christmas Eve, Christmas and Boxing Day.
  public static func retail(_ years: ClosedRange<Int64>) -> [Holiday] {
    func fixed(_ name: String, _ month: Int64, _ day: Int64) -> Holiday {
      Holiday(name: name, days: Set(years.compactMap { CalendarDay(year: $0, month: month, day: day) }))
    }
    func moving(_ name: String, _ day: (Int64) -> CalendarDay?) -> Holiday {
      Holiday(name: name, days: Set(years.compactMap(day)))
    }
    return [
      fixed("New Year", 1, 1), moving("Good Friday") { easter($0)?.advanced(by: -2) }, moving("Easter", easter),
      moving("Easter Monday") { easter($0)?.advanced(by: 1) }, moving("Black Friday", blackFriday),
      moving("Cyber Monday") { blackFriday($0)?.advanced(by: 3) }, fixed("Christmas Eve", 12, 24),
      fixed("Christmas", 12, 25), fixed("Boxing Day", 12, 26),
    ]
  }

  /// The day after the fourth Thursday of November.
  private static func blackFriday(_ year: Int64) -> CalendarDay? {
    CalendarDay(year: year, month: 11, day: 1).map { $0.advanced(by: (3 - $0.weekday + 7) % 7 + 22) }
  }

  /// The Gregorian Easter Sunday (Meeus, Jones and Butcher).
  static func easter(_ year: Int64) -> CalendarDay? {
    let (a, b, c) = (year % 19, year / 100, year % 100)
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let sum = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114
    return CalendarDay(year: year, month: sum / 31, day: sum % 31 + 1)
  }
}
