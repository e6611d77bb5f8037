public import Catalog
import Foundation

/// The times at which a job starts: a cron expression in a time zone.
///
/// The change to and from summer time is treated as Debian's cron treats it. A schedule with fixed hours keeps to the
/// clock on the wall: a time that is left out starts the job once, at the moment of the change, and a time that comes
/// twice starts it the first time only. A schedule of every hour follows the time that passes.
public struct JobSchedule: Sendable, Hashable {
  public let expression: CronExpression
  /// The IANA name: `Europe/London`.
  public let timeZone: String
  private let zone: TimeZone

  /// Throws `InvalidSchedule`.
  public init(_ text: String, timeZone name: String = "UTC") throws(InvalidSchedule) {
    expression = try CronExpression(text)
    guard let zone = TimeZone(identifier: name) else {
      throw InvalidSchedule("'\(name.prefix(64))' is not a time zone: give a name such as Europe/London or UTC")
    }
    (timeZone, self.zone) = (name, zone)
  }

  /// The first start after `moment`; nil beyond the years that the calendar has.
  public func next(after moment: Timestamp) -> Timestamp? {
    let seconds = Timestamp.wholeSeconds(moment)
    guard (Self.firstSecond...Self.lastSecond).contains(seconds) else { return nil }
    // A change of the clock can move a local day's times by up to a day (Samoa in 2011).
    let today = CalendarDay(daysSinceEpoch: floorDivided(seconds + offset(at: seconds), by: 86_400))
    for ahead in -1...Self.maxDays {
      let day = today.advanced(by: ahead)
      let civil = day.civil
      guard
        expression.matches(
          month: Int(civil.month), day: Int(civil.day), weekday: Int(floorModulo(day.daysSinceEpoch + 4, by: 7)))
      else { continue }
      if let found = starts(of: day).filter({ $0 > seconds }).min() {
        return Timestamp(microsecondsSinceEpoch: found * 1_000_000)
      }
    }
    return nil
  }

  /// 29 February comes after eight years at the latest, on a given weekday after 40.
  private static let maxDays = 366 * 41
  private static let firstSecond: Int64 = -62_135_596_800
  private static let lastSecond: Int64 = 253_402_300_799

  /// The moments of one local day, in seconds since 1970.
  private func starts(of day: CalendarDay) -> [Int64] {
    let midnight = day.daysSinceEpoch * 86_400
    let local = expression.hours.lazy.flatMap { hour in
      expression.minutes.lazy.map { midnight + Int64(hour) * 3600 + Int64($0) * 60 }
    }
    return local.flatMap(moments(ofLocal:))
  }

  /// The moments at which the clock on the wall shows this time: one, two when it is set back.
  private func moments(ofLocal local: Int64) -> [Int64] {
    let before = offset(at: local - 86_400)
    let after = offset(at: local + 86_400)
    if before == after, offset(at: local - before) == before { return [local - before] }
    let found = [local - before, local - after].filter { $0 + offset(at: $0) == local }
    if found.isEmpty {
      // The clock leaves this time out.
      return expression.isHourly ? [] : [change(between: local - max(before, after), and: local - min(before, after))]
    }
    guard expression.isHourly else { return [found.min() ?? local - before] }
    return Array(Set(found))
  }

  /// The moment between the two at which the offset changes, by bisection.
  private func change(between first: Int64, and last: Int64) -> Int64 {
    var (low, high) = (first, last)
    let early = offset(at: low)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == early { low = middle } else { high = middle }
    }
    return high
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }
}

private func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
  (value - floorModulo(value, by: divisor)) / divisor
}

private func floorModulo(_ value: Int64, by divisor: Int64) -> Int64 {
  let rest = value % divisor
  return rest < 0 ? rest + divisor : rest
}

extension Timestamp {
  fileprivate static func wholeSeconds(_ moment: Timestamp) -> Int64 {
    floorDivided(moment.microsecondsSinceEpoch, by: 1_000_000)
  }
}
