internal import Glibc

/// The least value of a function of several variables by limited-memory BFGS (Nocedal 1980; Nocedal and Wright 2006,
/// algorithm 7.5).
///
/// It is our own, although Debian has liblbfgs, for two reasons. The C library calls back through a function pointer
/// without a context, and it stops with an error where a line search meets a kink, as the Laplace prior of a trend's
/// changes has one. The line search here is the weak Wolfe bisection of Lewis and Overton (2013), which takes kinks.
public struct LBFGS: Sendable {
  /// The pairs of steps and gradients that stand for the curvature.
  public var memory = 10
  public var mostIterations = 2_000
  /// The search ends where no part of the gradient is greater, in relation to the value.
  public var gradientTolerance = 1e-8
  /// The search ends where the value falls less, in relation to itself, in each of `patience` iterations.
  public var valueTolerance = 1e-12
  public var patience = 5

  public struct Minimum: Sendable {
    public let point: [Double]
    public let value: Double
    public let iterations: Int
    /// False where the iterations ended first.
    public let hasConverged: Bool
  }

  public init() {}

  /// The arguments of `function` are a point and the gradient to fill; it returns the value, which may be infinite where
  /// the point is outside of the domain.
  public func minimum(
    from start: [Double], of function: (_ point: [Double], _ gradient: inout [Double]) -> Double
  ) -> Minimum {
    var point = start
    var gradient = [Double](repeating: 0, count: start.count)
    var value = function(point, &gradient)
    var steps: [(step: [Double], change: [Double], curvature: Double)] = []
    var quiet = 0
    for iteration in 0..<mostIterations {
      let steepest = gradient.reduce(0) { max($0, abs($1)) }
      guard steepest > gradientTolerance * max(1, abs(value)) else {
        return Minimum(point: point, value: value, iterations: iteration, hasConverged: true)
      }
      var direction = self.direction(gradient, steps)
      if dot(direction, gradient) >= 0 {
        steps.removeAll()
        direction = gradient.map { -$0 }
      }
      let first = steps.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1
      guard let found = lineSearch(function, point, value, gradient, direction, first) else {
        // The remembered curvature misleads at a kink: start again from the steepest direction, once.
        guard !steps.isEmpty else {
          return Minimum(point: point, value: value, iterations: iteration, hasConverged: quiet > 0)
        }
        steps.removeAll()
        quiet += 1
        continue
      }
      let step = zip(found.point, point).map { $0 - $1 }
      let change = zip(found.gradient, gradient).map { $0 - $1 }
      let curvature = dot(step, change)
      if curvature > 1e-300 {
        steps.append((step, change, curvature))
        if steps.count > memory { steps.removeFirst() }
      }
      quiet = value - found.value <= valueTolerance * max(1, abs(value)) ? quiet + 1 : 0
      (point, value, gradient) = (found.point, found.value, found.gradient)
      if quiet >= patience {
        return Minimum(point: point, value: value, iterations: iteration + 1, hasConverged: true)
      }
    }
    return Minimum(point: point, value: value, iterations: mostIterations, hasConverged: false)
  }

  /// −Hg by the two loops over the remembered steps.
  private func direction(
    _ gradient: [Double], _ steps: [(step: [Double], change: [Double], curvature: Double)]
  ) -> [Double] {
    var result = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: steps.count)
    for index in steps.indices.reversed() {
      factors[index] = dot(steps[index].step, result) / steps[index].curvature
      for place in result.indices { result[place] -= factors[index] * steps[index].change[place] }
    }
    if let last = steps.last {
      let scale = last.curvature / dot(last.change, last.change)
      for place in result.indices { result[place] *= scale }
    }
    for index in steps.indices {
      let factor = dot(steps[index].change, result) / steps[index].curvature
      for place in result.indices { result[place] += (factors[index] - factor) * steps[index].step[place] }
    }
    return result
  }

  /// A step that falls enough and after which the slope is flatter, by doubling and halving; nil if there is none.
  private func lineSearch(
    _ function: ([Double], inout [Double]) -> Double, _ point: [Double], _ value: Double, _ gradient: [Double],
    _ direction: [Double], _ first: Double
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    let slope = dot(gradient, direction)
    var (low, high, length) = (0.0, Double.infinity, first)
    var best: (point: [Double], value: Double, gradient: [Double])?
    var trialGradient = gradient
    for _ in 0..<50 {
      let trial = zip(point, direction).map { $0 + length * $1 }
      let trialValue = function(trial, &trialGradient)
      if !(trialValue <= value + 1e-4 * length * slope) {
        high = length
      } else {
        best = (trial, trialValue, trialGradient)
        guard dot(trialGradient, direction) < 0.9 * slope else { return best }
        low = length
      }
      length = high.isFinite ? (low + high) / 2 : 2 * low
    }
    return best.flatMap { $0.value < value ? $0 : nil }
  }

  private func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for place in left.indices { sum += left[place] * right[place] }
    return sum
  }
}
