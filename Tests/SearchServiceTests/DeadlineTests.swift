// 1. What is late is cancelled and says so; what is done in time gives its value, and its own error comes out as it is.
// 2. A deadline ends at its time though a later one was set before it, and a later one though an earlier one was: many at
//    once, in any order.
// 3. Who is cancelled meanwhile does not wait for the deadline.
import Ports
import Testing

@testable import SearchService

@Suite struct DeadlineTests {
  private struct Own: Error {}
  private static let never = Duration.seconds(3600)

  @Test("1: in time and late", .timeLimit(.minutes(5)))
  func outcomes() async throws {
    #expect(try await withDeadline(Self.never) { 7 } == 7)
    await #expect(throws: Own.self) { try await withDeadline(Self.never) { throw Own() } }
    await #expect(throws: DependencyUnavailable.self) {
      try await withDeadline(.milliseconds(5)) { try await Task.sleep(for: Self.never) }
    }
  }

  @Test("2: each at its own time", .timeLimit(.minutes(5)))
  func order() async throws {
    let long = Task { try await withDeadline(Self.never) { try await Task.sleep(for: Self.never) } }
    await withTaskGroup(of: Void.self) { group in
      for milliseconds in [400, 5, 90, 20, 300, 1, 50] {
        group.addTask {
          await #expect(throws: DependencyUnavailable.self) {
            try await withDeadline(.milliseconds(milliseconds)) { try await Task.sleep(for: Self.never) }
          }
        }
      }
    }
    // All of them are over while the hour of the first has hardly begun.
    long.cancel()
    await #expect(throws: CancellationError.self) { try await long.value }
  }

  @Test("3: cancelled", .timeLimit(.minutes(5)))
  func cancelled() async throws {
    let task = Task { try await withDeadline(Self.never) { try await Task.sleep(for: Self.never) } }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
