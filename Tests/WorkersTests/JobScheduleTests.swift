// The times of a schedule:
// 1. Fields are lists of numbers, names, ranges and steps; a field that is not valid is refused with its name and what is
//    allowed, and so is a schedule that never comes.
// 2. The next time is the one that a walk over all minutes finds, for random schedules in zones with changes of the clock
//    of an hour, of half an hour and of a day (seed printed; the walk reads Foundation's calendar).
// 3. A fixed time that the clock leaves out starts once, at the change; a time that comes twice starts the first time
//    only. A schedule of every hour follows the time that passes.
import Catalog
import Foundation
import TestSupport
import Testing
import Workers

@Suite struct JobScheduleTests {
  private static func time(_ text: String) -> Timestamp { Timestamp(text)! }

  private func starts(
    _ text: String, _ zone: String = "UTC", after first: String, count: Int
  ) throws -> [String] {
    let schedule = try JobSchedule(text, timeZone: zone)
    var moment = Self.time(first)
    return try (0..<count).map { _ in
      moment = try #require(schedule.next(after: moment))
      return moment.description
    }
  }

  @Test("1: fields")
  func fields() throws {
    #expect(
      try starts("*/20 9-10 * * mon-fri", after: "2026-11-27T09:30:00Z", count: 4) == [
        "2026-11-27T09:40:00Z", "2026-11-27T10:00:00Z", "2026-11-27T10:20:00Z", "2026-11-27T10:40:00Z",
      ])
    #expect(
      try starts("5 0 29 FEB *", after: "2096-03-01T00:00:00Z", count: 2) == [
        "2104-02-29T00:05:00Z", "2108-02-29T00:05:00Z",
      ])
    // Both days restricted: either one, as in cron. The 13th, or a Friday.
    #expect(
      try starts("0 0 13 * 5", after: "2026-11-10T00:00:00Z", count: 3) == [
        "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z",
      ])
    #expect(
      try starts("0 0 * * 7", after: "2026-11-30T00:00:00Z", count: 1) == ["2026-12-06T00:00:00Z"])
    #expect(
      try starts("0 0 * * fri-sun/2", after: "2026-11-30T00:00:00Z", count: 2) == [
        "2026-12-04T00:00:00Z", "2026-12-06T00:00:00Z",
      ])
    #expect(
      try starts("50/5 1,3 1 jan *", after: "2026-01-01T01:50:00Z", count: 3) == [
        "2026-01-01T01:55:00Z", "2026-01-01T03:50:00Z", "2026-01-01T03:55:00Z",
      ])
    #expect(try starts("@weekly", after: "2026-11-30T12:00:00Z", count: 1) == ["2026-12-06T00:00:00Z"])
  }

  @Test(
    "1: refusals",
    arguments: [
      ("* * * *", "five fields"), ("60 * * * *", "minute"), ("* 24 * * *", "hour"), ("* * 0 * *", "day"),
      ("* * * 13 *", "month"), ("* * * * 8", "weekday"), ("*/0 * * * *", "minute"), ("5-1 * * * *", "minute"),
      ("1,,2 * * * *", "minute"), ("+1 * * * *", "minute"), ("0 0 31 2,4,6 *", "never"), ("a * * * *", "minute"),
      ("* * * * tomorrow", "sun to sat"), ("1-2-3 * * * *", "minute"), ("", "five fields"),
    ])
  func refusals(text: String, named: String) throws {
    let error = #expect(throws: InvalidSchedule.self) { try JobSchedule(text) }
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test("1: an unknown zone is refused")
  func unknownZone() {
    let error = #expect(throws: InvalidSchedule.self) { try JobSchedule("0 3 * * *", timeZone: "Mars/Olympus") }
    #expect(error?.description.contains("Europe/London") == true)
  }

  /// The moments of all minutes in UTC whose local time is the schedule's: what a schedule of every hour starts at.
  private func walk(
    minutes: Set<Int>, weekdays: Set<Int>, zone: String, from first: Date, days: Int
  ) -> [Timestamp] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone)!
    return (0..<days * 24 * 60).compactMap { minute in
      let date = first.addingTimeInterval(Double(minute) * 60)
      let parts = calendar.dateComponents([.minute, .weekday], from: date)
      guard minutes.contains(parts.minute!), weekdays.contains(parts.weekday! - 1) else { return nil }
      return Timestamp(microsecondsSinceEpoch: Int64(date.timeIntervalSince1970) * 1_000_000)
    }
  }

  @Test(
    "2: against a walk over the minutes",
    arguments: [
      ("Europe/London", "2026-03-27T00:00:00Z"), ("Europe/London", "2026-10-23T00:00:00Z"),
      ("Australia/Lord_Howe", "2026-04-03T00:00:00Z"), ("Australia/Lord_Howe", "2026-10-02T00:00:00Z"),
      ("America/St_Johns", "2026-03-07T00:00:00Z"), ("Pacific/Apia", "2011-12-28T00:00:00Z"),
      ("Asia/Kathmandu", "2026-05-01T00:00:00Z"),
    ])
  func againstWalk(zone: String, first: String) throws {
    let seed = UInt64.random(in: .min ... .max)
    print("JobScheduleTests.againstWalk seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let start = Self.time(first)
    for _ in 0..<3 {
      let minutes = Set((0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0..<60, using: &random) })
      let weekdays = Set((0..<5).map { _ in Int.random(in: 0..<7, using: &random) })
      let text =
        "\(minutes.map(String.init).joined(separator: ",")) * * * \(weekdays.map(String.init).joined(separator: ","))"
      let schedule = try JobSchedule(text, timeZone: zone)
      let expected = walk(
        minutes: minutes, weekdays: weekdays, zone: zone,
        from: Date(timeIntervalSince1970: Double(start.microsecondsSinceEpoch) / 1e6), days: 4)
      var found: [Timestamp] = []
      var moment = Timestamp(microsecondsSinceEpoch: start.microsecondsSinceEpoch - 1)
      while found.count < expected.count, let next = schedule.next(after: moment) {
        found.append(next)
        moment = next
      }
      #expect(found == expected, "\(text) in \(zone)")
    }
  }

  @Test("3: changes of the clock")
  func changes() throws {
    // London: 01:00 becomes 02:00 on 29 March 2026, and 02:00 becomes 01:00 on 25 October.
    #expect(
      try starts("30 1 * * *", "Europe/London", after: "2026-03-28T00:00:00Z", count: 3) == [
        "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z",
      ])
    #expect(
      try starts("*/20 1 * * *", "Europe/London", after: "2026-03-28T01:30:00Z", count: 3) == [
        "2026-03-28T01:40:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z",
      ])
    #expect(
      try starts("30 1 * * *", "Europe/London", after: "2026-10-24T12:00:00Z", count: 2) == [
        "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z",
      ])
    #expect(
      try starts("30 * * * *", "Europe/London", after: "2026-10-25T00:00:00Z", count: 3) == [
        "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z",
      ])
    #expect(
      try starts("30 * * * *", "Europe/London", after: "2026-03-29T00:00:00Z", count: 2) == [
        "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z",
      ])
    // New York: 02:30 is left out on 8 March 2026.
    #expect(
      try starts("30 2 * * *", "America/New_York", after: "2026-03-08T00:00:00Z", count: 2) == [
        "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z",
      ])
    // Samoa left out 30 December 2011.
    #expect(
      try starts("0 12 30 12 *", "Pacific/Apia", after: "2011-12-29T00:00:00Z", count: 1) == ["2011-12-30T10:00:00Z"])
  }
}
