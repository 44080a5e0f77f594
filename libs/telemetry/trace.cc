#include "libs/telemetry/trace.h"

#include <bit>
#include <cstring>

namespace vefa::telemetry {
namespace {

constinit thread_local Trace current;
constinit thread_local Uuid current_tenant;

constexpr char kDigits[] = "0123456789abcdef";

// Ids must be unlikely to meet, not hard to guess: SplitMix64 from a seed of the operating system's, without a system
// call for each.
uint64_t Random() {
  thread_local uint64_t state = [] {
    uint64_t seed = 0;
    RandomBytes(reinterpret_cast<uint8_t*>(&seed), sizeof seed);
    return seed;
  }();
  uint64_t mixed = state += 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBULL;
  return mixed ^ mixed >> 31;
}

Trace::SpanId RandomSpan() {
  // All zeros is no id.
  return std::bit_cast<Trace::SpanId>(Random() | 1);
}

// What a lower-case hexadecimal digit stands for; -1 for any other character. Every call has a header to be read.
constexpr std::array<int8_t, 256> kValues = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int8_t i = 0; i < 16; ++i) values[static_cast<uint8_t>(kDigits[i])] = i;
  return values;
}();

template <size_t size>
bool ReadHex(std::string_view text, std::array<uint8_t, size>& bytes) {
  int wrong = 0;
  for (size_t i = 0; i < size; ++i) {
    int high = kValues[static_cast<uint8_t>(text[2 * i])], low = kValues[static_cast<uint8_t>(text[2 * i + 1])];
    wrong |= high | low;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return wrong >= 0;
}

template <size_t size>
void WriteHex(const std::array<uint8_t, size>& bytes, char* text) {
  for (uint8_t byte : bytes) {
    *text++ = kDigits[byte >> 4];
    *text++ = kDigits[byte & 15];
  }
}

}  // namespace

Trace Trace::New() {
  Trace trace;
  uint64_t halves[2] = {Random() | 1, Random()};
  static_assert(sizeof halves == sizeof trace.trace_);
  std::memcpy(trace.trace_.data(), halves, sizeof halves);
  trace.span_ = RandomSpan();
  return trace;
}

Trace Trace::Parse(std::string_view text) {
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') return Trace();
  Trace trace;
  std::array<uint8_t, 1> flags{};
  if (!ReadHex(text.substr(3, 32), trace.trace_) || !ReadHex(text.substr(36, 16), trace.span_) ||
      !ReadHex(text.substr(53, 2), flags) || trace.trace_ == Id{} || trace.span_ == SpanId{})
    return Trace();
  trace.sampled_ = (flags[0] & 1) != 0;
  return trace;
}

Trace Trace::Child() const { return valid() ? At(RandomSpan()) : New(); }

Trace Trace::At(const SpanId& span) const {
  Trace trace = *this;
  trace.span_ = span;
  return trace;
}

Trace Trace::Sampled(bool sampled) const {
  Trace trace = *this;
  trace.sampled_ = sampled;
  return trace;
}

std::string Trace::trace_id() const {
  if (!valid()) return "";
  std::string text(32, '0');
  WriteHex(trace_, text.data());
  return text;
}

std::string Trace::span_id() const {
  if (!valid()) return "";
  std::string text(16, '0');
  WriteHex(span_, text.data());
  return text;
}

std::string Trace::traceparent() const {
  if (!valid()) return "";
  std::string text = "00-00000000000000000000000000000000-0000000000000000-00";
  WriteHex(trace_, text.data() + 3);
  WriteHex(span_, text.data() + 36);
  text.back() = sampled_ ? '1' : '0';
  return text;
}

const Trace& CurrentTrace() { return current; }
const Uuid& CurrentTenant() { return current_tenant; }
void NoteTenant(const Uuid& tenant) { current_tenant = tenant; }

TraceScope::TraceScope(const Trace& trace, const Uuid& tenant) : outer_(current), outer_tenant_(current_tenant) {
  current = trace;
  current_tenant = tenant;
}
TraceScope::~TraceScope() {
  current = outer_;
  current_tenant = outer_tenant_;
}

}  // namespace vefa::telemetry
