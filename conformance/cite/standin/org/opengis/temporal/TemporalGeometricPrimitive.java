package org.opengis.temporal;

public interface TemporalGeometricPrimitive extends TemporalPrimitive {
    RelativePosition relativePosition(TemporalPrimitive other);
}
