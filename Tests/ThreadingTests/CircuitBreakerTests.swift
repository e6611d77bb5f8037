// 1. Failures in a row open the circuit: calls are refused without being made; a success in between begins anew, and an
//    error that is not the dependency's does not count as a failure.
// 2. After the pause one call is made and the others are refused; its success closes the circuit, its failure doubles the
//    pause, up to the longest.
// 3. What began before the circuit opened changes nothing; a probe that was cancelled lets the next one through.
import Testing
import Threading

@Suite struct CircuitBreakerTests {
  private struct Failed: Error {}
  private struct Refused: Error {}

  /// Time that the test moves.
  private final class Clock: Sendable {
    private let now = Guarded(ContinuousClock.now)
    func pass(_ duration: Duration) { now.withLock { $0 += duration } }
    var read: @Sendable () -> ContinuousClock.Instant { { self.now.withLock { $0 } } }
  }

  private func breaker(_ clock: Clock, failures: Int = 2) -> CircuitBreaker {
    var options = CircuitBreaker.Options()
    options.failuresToOpen = failures
    options.firstPause = .seconds(1)
    options.longestPause = .seconds(3)
    return CircuitBreaker(options, now: clock.read)
  }

  /// Whether the call was made.
  private func call(_ breaker: CircuitBreaker, _ error: (any Error)? = nil) async -> Bool {
    let isMade = Guarded(false)
    do {
      try await breaker.run(isFailure: { $0 is Failed }) {
        isMade.withLock { $0 = true }
        if let error { throw error }
      }
    } catch {}
    return isMade.withLock { $0 }
  }

  @Test("1: opening")
  func opening() async {
    let clock = Clock()
    let breaker = breaker(clock)
    for error in [Failed(), nil, Failed(), Refused(), Failed()] as [(any Error)?] {
      #expect(await call(breaker, error) && !breaker.isOpen)
    }
    #expect(await call(breaker, Failed()) && breaker.isOpen)
    for _ in 0..<3 { #expect(await !call(breaker)) }
    await #expect(throws: CircuitBreaker.Open.self) { try await breaker.run {} }
  }

  @Test("2: probing")
  func probing() async {
    let clock = Clock()
    let breaker = breaker(clock, failures: 1)
    #expect(await call(breaker, Failed()))
    for pause in [1, 2, 3, 3] {
      clock.pass(.milliseconds(pause * 1_000 - 1))
      #expect(await !call(breaker), "\(pause)")
      clock.pass(.milliseconds(1))
      let others = Guarded<[Bool]>([])
      _ = try? await breaker.run {
        for _ in 0..<3 {
          let isMade = await call(breaker)
          others.withLock { $0.append(isMade) }
        }
        throw Failed()
      }
      #expect(others.withLock { $0 } == [false, false, false])
    }
    clock.pass(.seconds(3))
    #expect(await call(breaker) && !breaker.isOpen)
    #expect(await call(breaker, Failed()) && breaker.isOpen)
    clock.pass(.seconds(1))
    #expect(await call(breaker), "the pause is the first one again")
  }

  @Test("3: late ends and cancelled probes")
  func late() async {
    let clock = Clock()
    let breaker = breaker(clock, failures: 1)
    // Begun while the circuit was closed, ended well after it opened.
    try? await breaker.run { #expect(await call(breaker, Failed())) }
    #expect(breaker.isOpen)
    clock.pass(.seconds(1))
    #expect(await call(breaker, CancellationError()) && breaker.isOpen)
    #expect(await call(breaker) && !breaker.isOpen)
  }
}
