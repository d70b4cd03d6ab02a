package org.opengis.temporal;

public interface Instant extends TemporalGeometricPrimitive {
    Position getPosition();
}
