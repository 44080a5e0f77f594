#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace vefa::telemetry {

enum class Level { kDebug, kInfo, kWarn, kError };

// Sets the name every line carries and the lowest level written. Call once, at the start.
void StartLog(std::string service, Level lowest);
Level ParseLevel(std::string_view text);  // Unknown words mean kInfo.
const char* LevelName(Level level);
// May change while the process runs. Thread-safe.
Level LowestLevel();
void SetLowestLevel(Level lowest);

// How many lines of a level were written since the start. Thread-safe.
uint64_t CountLines(Level level);

// A value of a log field. There is deliberately none for a protobuf message, nor for what is Personal: personal data has
// no way into a log.
class Field {
 public:
  Field(std::string_view text);                                // NOLINT: implicit by design
  Field(const std::string& text) : Field(std::string_view(text)) {}  // NOLINT
  Field(const char* text) : Field(std::string_view(text)) {}         // NOLINT
  Field(long long number) : json_(std::to_string(number)) {}         // NOLINT
  Field(long number) : json_(std::to_string(number)) {}              // NOLINT
  Field(int number) : json_(std::to_string(number)) {}               // NOLINT
  Field(unsigned long number) : json_(std::to_string(number)) {}     // NOLINT
  Field(double number);                                              // NOLINT
  Field(bool flag) : json_(flag ? "true" : "false") {}               // NOLINT
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

using Fields = std::initializer_list<std::pair<std::string_view, Field>>;

// Writes one JSON line to standard error in one write, with trace, span and tenant that the calling thread works for.
// Thread-safe. `message` is a constant text; what varies goes into fields.
void Log(Level level, std::string_view message, Fields fields = {});
inline void Info(std::string_view message, Fields fields = {}) { Log(Level::kInfo, message, fields); }
inline void Warn(std::string_view message, Fields fields = {}) { Log(Level::kWarn, message, fields); }
inline void Fault(std::string_view message, Fields fields = {}) { Log(Level::kError, message, fields); }

// `text` as a JSON string with its quotes.
std::string JsonString(std::string_view text);

}  // namespace vefa::telemetry
