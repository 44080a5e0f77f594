#pragma once

#include <string>

#include "libs/otlp/settings.h"
#include "libs/telemetry/tracer.h"

namespace vefa::otlp {

// Spans as the body of a request to a collector: OTLP 1.x in protobuf.
std::string Encode(const Pairs& resource, const telemetry::Tracer::Spans& spans);

// How many spans a collector says it did not take; 0 for an answer that says nothing of it.
int64_t RejectedSpans(const std::string& answer);

}  // namespace vefa::otlp
