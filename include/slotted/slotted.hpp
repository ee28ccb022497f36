// slotted: compact fixed-field records, slabs, containers under a byte budget. Everything but interop/.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/codec/block_reader.hpp>
#include <slotted/codec/crc32c.hpp>
#include <slotted/codec/quantised.hpp>
#include <slotted/codec/recompress.hpp>
#include <slotted/history/history.hpp>
#include <slotted/history/labelled_history.hpp>
#include <slotted/memory/budget.hpp>
#include <slotted/memory/container_limit.hpp>
#include <slotted/memory/footprint.hpp>
#include <slotted/memory/slab.hpp>
#include <slotted/memory/slab_allocator.hpp>
#include <slotted/memory/slab_cache.hpp>
#include <slotted/memory/slab_heap.hpp>
#include <slotted/memory/slab_resource.hpp>
#include <slotted/record/arity.hpp>
#include <slotted/record/compose.hpp>
#include <slotted/record/field.hpp>
#include <slotted/record/fields.hpp>
#include <slotted/record/fixed_string.hpp>
#include <slotted/record/hash.hpp>
#include <slotted/record/layout.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/path.hpp>
#include <slotted/record/plain_struct.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/schema.hpp>
#include <slotted/record/symbol.hpp>
#include <slotted/series/label_names.hpp>
#include <slotted/series/series_table.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <slotted/store/table.hpp>
#include <slotted/version.hpp>
