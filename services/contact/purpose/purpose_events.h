#pragma once

#include <string>

#include "services/contact/purpose/purpose.h"

// Between purposes and their events.
namespace vefa::contact {

inline constexpr char kPurposeCreatedType[] = "purpose.created";
inline constexpr char kPurposeUpdatedType[] = "purpose.updated";
inline constexpr char kPurposePublishedType[] = "purpose.published";

std::string PurposeCreatedPayload(const Purpose& purpose);
std::string PurposeUpdatedPayload(const Purpose& purpose);
std::string PurposePublishedPayload(const Purpose& purpose, const PurposeText& text);

}  // namespace vefa::contact
