// 1. placeholder
import Testing

