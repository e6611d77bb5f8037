import Catalog

/// The days of the history: how busy shops are, and how a moment is written.
struct HistoryClock: Sendable {
  private let dayTexts: [String]
  private let weekdays: [Int]
  private let isSaleDay: [Bool]
  private let isDecember: [Bool]

  /// Visits from Monday to Sunday relative to the average, of shoppers and of companies.
  static let shopperWeek = [0.86, 0.84, 0.88, 0.94, 1.04, 1.22, 1.22]
  static let companyWeek = [1.35, 1.4, 1.35, 1.3, 1.1, 0.25, 0.25]

  init(_ options: GenerationOptions) {
    let first = options.firstDay.daysSinceEpoch
    let days = (0..<max(options.days, 1)).map { CalendarDay(daysSinceEpoch: first + Int64($0)) }
    dayTexts = days.map(\.description)
    // 1970-01-01 was a Thursday, three days after a Monday.
    weekdays = days.map { Int(($0.daysSinceEpoch + 3) % 7 + 7) % 7 }
    isSaleDay = days.map { PriceCalendar.isSaleWeek(Int($0.daysSinceEpoch + 3) / 7) }
    isDecember = days.map { $0.civil.month == 12 && $0.civil.day <= 20 }
  }

  /// The number of visits on a day relative to the average.
  func visitFactor(day: Int, isCompany: Bool) -> Double {
    let week = isCompany ? Self.companyWeek : Self.shopperWeek
    let gifts = !isCompany && isDecember[day] ? 1.4 : 1
    return week[weekdays[day]] * gifts * (isSaleDay[day] ? 1.5 : 1)
  }

  /// Shoppers come in the evening, companies in office hours.
  func secondOfDay(isCompany: Bool, using stream: inout RandomStream) -> Int {
    let hour = isCompany ? 12.5 + stream.normal() * 2.2 : 19 + stream.normal() * 3
    return min(max(Int(saturating: hour * 3600) + stream.below(60), 0), 80_000)
  }

  /// `2026-10-31T19:04:05Z`; a second after the day's end becomes the day's last.
  func moment(day: Int, second: Int) -> String {
    let second = min(max(second, 0), 86_399)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    return dayTexts[day] + "T" + two(second / 3600) + ":" + two(second / 60 % 60) + ":" + two(second % 60) + "Z"
  }

  /// The first moment of a day; also for the day after the last.
  func dayText(_ day: Int) -> String? { day < dayTexts.count ? dayTexts[day] + "T00:00:00Z" : nil }

  static func code(ofCustomer customer: Int) -> String { "C" + padded(customer + 1, to: 7) }
  static func code(ofOrder order: Int) -> String { "O" + padded(order, to: 9) }

  private static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
