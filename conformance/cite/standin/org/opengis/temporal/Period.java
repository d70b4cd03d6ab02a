package org.opengis.temporal;

public interface Period extends TemporalGeometricPrimitive {
    Instant getBeginning();

    Instant getEnding();
}
